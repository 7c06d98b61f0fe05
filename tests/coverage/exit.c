/* SPDX-License-Identifier: MIT */
/*
 * exit.c - in a build that counts what is executed, _exit(2) keeps the counts
 *
 * They are written at exit(3), which a process that was forked must not call.
 */
/* As in gcov.h, which gcc alone has. */
void __gcov_dump(void);

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

_Noreturn void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
