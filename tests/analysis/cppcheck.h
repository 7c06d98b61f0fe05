/* SPDX-License-Identifier: MIT */
/* cppcheck.h - the macros of queue(7) for cppcheck, which does not read the system's headers */
#pragma once

#define LIST_FOREACH(item, head, field)                                                            \
    for ((item) = (head)->lh_first; (item); (item) = (item)->field.le_next)
#define TAILQ_FOREACH(item, head, field)                                                           \
    for ((item) = (head)->tqh_first; (item); (item) = (item)->field.tqe_next)
