/* SPDX-License-Identifier: MIT */
/*
 * command.h - whether the program of a command is there, before the command runs
 *
 * A command is words for sh(1), which executes the first of them.
 *
 * Policy: a command with other syntax of a shell, such as ';' or '$(', is not looked into.
 */
#pragma once

/*
 * Looks for the program of a command as sh(1) does: in PATH if its name has no slash. Returns 0 if
 * it is there, or if that is not known; -ENOENT if it is not; -EACCES if it is a directory, or may
 * not be executed; another -errno of stat(2) or access(2).
 */
int command_look_up(const char *command);
