/* SPDX-License-Identifier: MIT */
/*
 * ward.h - a PID namespace in which programs can be examined without harm to others
 *
 * A program of the exercise may signal any process, also by the PIDs 0 and -1 (kill(2)). In a PID
 * namespace of its own (pid_namespaces(7)) it reaches only processes of the examination. A user
 * namespace lets an ordinary user make one (user_namespaces(7)); root makes none. User and group
 * stay the same.
 *
 * Policy: the ward ends with its first process, and that with this program.
 */
#pragma once

/*
 * Calls work(context) in the first process of a new PID namespace with a /proc of its own. Returns
 * what work returned: an exit status, 0 to 255. Else, with a complaint, returns EX_OSERR. work
 * prints its complaints itself.
 */
int ward_run(int (*work)(void *context), void *context);

/*
 * Ends all other processes of the ward with SIGKILL, and waits for them. Only the first process of
 * the ward may call it.
 */
void ward_clear(void);
