/* SPDX-License-Identifier: MIT */
/* trust.c - see trust.h for the users and for the reason to read /etc/passwd */

#include "sender/trust.h"

#include <bsd/stdlib.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool find_account(const char *name, uid_t *ret)
{
    FILE *accounts = fopen("/etc/passwd", "re");
    const struct passwd *account;

    if (!accounts)
        return false;
    do
        account = fgetpwent(accounts);
    while (account && strcmp(account->pw_name, name) != 0);
    if (account)
        *ret = account->pw_uid;
    fclose(accounts);
    return account;
}

bool trust_parse(const char *argument, uid_t *ret)
{
    const char *error;
    long long number = strtonum(argument, 0, UINT_MAX - 1LL, &error);

    if (error)
        return find_account(argument, ret);
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
    return find_account(SERVICE_USER, &service) && uid == service;
}
