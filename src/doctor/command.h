/* SPDX-License-Identifier: MIT */
/*
 * command.h - whether the program of a command is there, before the command runs
 *
 * A command is words for sh(1), which executes the first of them.
 *
 * Policy: a command with other syntax of a shell, such as ';' or '$(', is not looked into.
 */
#pragma once

#include <stdbool.h>

/*
 * Looks for the program of a command as sh(1) does: in PATH if its name has no slash. Returns 0 if
 * it is there, or if that is not known; -ENOENT if it is not; -EISDIR if it is a directory; -EACCES
 * if it may not be executed; another -errno of stat(2) or access(2).
 */
int command_look_up(const char *command);

/*
 * Returns true if the whole command is the path of a program, and its first word is not, because
 * sh(1) splits it at a space.
 */
bool command_lacks_quotes(const char *command);
