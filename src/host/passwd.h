/* SPDX-License-Identifier: MIT */
/*
 * passwd.h - the accounts of this machine, in /etc/passwd (passwd(5))
 *
 * getpwnam(3) would ask other name services too, and load their libraries. That has no place in a
 * program that root runs with the bit of another user; a static program can crash on libraries of
 * another libc; and a daemon would keep them in memory. The service user is in the file, since
 * sysusers.d(5) writes it there.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Stores the user ID of the account with this name. Returns false if the file has none. */
bool passwd_find(const char *name, uid_t *ret);
