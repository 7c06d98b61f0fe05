/* SPDX-License-Identifier: MIT */
/* freezer.h - tells a frozen process from one that only does not answer (cgroups(7)) */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Returns true if the control group of this process is frozen, as by 'systemctl freeze'. A frozen
 * process gets no CPU time until its group is thawed, and its state in /proc does not show that.
 * Returns false if that is unknown, for instance because the control groups are not mounted below
 * /sys/fs/cgroup.
 */
bool freezer_holds(pid_t pid);
