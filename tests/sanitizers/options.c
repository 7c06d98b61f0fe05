/* SPDX-License-Identifier: MIT */
/*
 * options.c - switches LeakSanitizer off in a set-user-ID program
 *
 * LeakSanitizer cannot trace such a program, and would end it with an error.
 */
#include <sys/auxv.h>

const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return getauxval(AT_SECURE) ? "detect_leaks=0" : "";
}
