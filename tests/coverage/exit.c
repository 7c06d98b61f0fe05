/* SPDX-License-Identifier: MIT */
/*
 * exit.c - lets _exit(2) write the coverage counts, in a build with --enable-coverage
 *
 * Otherwise only exit(3) writes them. The parent of a daemon has forked, so it ends with _exit(2).
 */
#include <signal.h>

/* Declared in gcov.h, which only gcc has. */
void __gcov_dump(void);

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

_Noreturn void __wrap__exit(int status)
{
    sigset_t all;

    /* A handler that ends the process, too, would wait for the lock of the counts for ever. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    __gcov_dump();
    __real__exit(status);
}
