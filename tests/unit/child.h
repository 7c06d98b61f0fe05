/* SPDX-License-Identifier: MIT */
/* child.h - processes beside the test's own */
#pragma once

#include <sys/types.h>

/*
 * Forks a child that acts, and then stays asleep until child_ends(). Returns once it has acted.
 * The child may use Check's assertions.
 */
pid_t child_stays(void (*act)(void));

/* Kills a child and waits for it: from here on, its PID is free. */
void child_ends(pid_t pid);

/* Forks a child that acts and exits, and waits for it. */
void child_acts(void (*act)(void));

/* An act that is none. */
void child_does_nothing(void);
