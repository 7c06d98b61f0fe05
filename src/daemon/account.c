/* SPDX-License-Identifier: MIT */
/* account.c - see account.h for the rules */

#include "daemon/account.h"

#include <systemd/sd-login.h>

#include "host/exhausted.h"

int account_read(struct subids *subids, pid_t pid, uid_t real_uid, uid_t *ret)
{
    int r;

    *ret = 0;
    if (real_uid == 0)
        return 0;
    r = sd_pid_get_owner_uid(pid, ret);
    if (is_exhausted(r) || (r >= 0 && *ret != 0))
        return r;
    return subids_account(subids, real_uid, ret);
}
