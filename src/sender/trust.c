/* SPDX-License-Identifier: MIT */
/* trust.c - see trust.h for the users */

#include "sender/trust.h"

#include <bsd/stdlib.h>
#include <limits.h>
#include <unistd.h>

#include "host/passwd.h"

bool trust_parse(const char *argument, uid_t *ret)
{
    const char *error;
    long long number = strtonum(argument, 0, UINT_MAX - 1LL, &error);

    if (error)
        return passwd_find(argument, ret);
    *ret = (uid_t)number;
    return true;
}

bool trust_has(uid_t uid, uid_t also)
{
    uid_t service;

    if (uid == TRUST_NOBODY)
        return false;
    if (uid == getuid() || uid == 0 || uid == also)
        return true;
    return passwd_find(SERVICE_USER, &service) && uid == service;
}
