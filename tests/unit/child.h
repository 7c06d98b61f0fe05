/* SPDX-License-Identifier: MIT */
/* child.h - child processes of a test */
#pragma once

#include <sys/types.h>

/*
 * Forks a child that calls act() and then sleeps until child_ends(). Returns the child's PID after
 * the child has acted. The child may use Check's assertions.
 */
pid_t child_stays(void (*act)(void));

/* Kills a child and waits for it. After that, its PID is free. */
void child_ends(pid_t pid);

/* Forks a child that calls act() and exits, and waits for it. The child must succeed. */
void child_acts(void (*act)(void));

/* An act() that does nothing. */
void child_does_nothing(void);
