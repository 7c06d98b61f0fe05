/* SPDX-License-Identifier: MIT */
/* passwd.c - see passwd.h */

#include "host/passwd.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

bool passwd_find(const char *name, uid_t *ret)
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
