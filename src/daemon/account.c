/* SPDX-License-Identifier: MIT */
/* account.c - see account.h for the rules */

#include "daemon/account.h"

#include <systemd/sd-login.h>

uid_t account_read(struct subids *subids, pid_t pid, uid_t real_uid)
{
    uid_t owner;

    if (real_uid == 0)
        return 0;
    if (sd_pid_get_owner_uid(pid, &owner) >= 0 && owner != 0)
        return owner;
    return subids_account(subids, real_uid);
}
