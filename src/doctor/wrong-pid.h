/* SPDX-License-Identifier: MIT */
/*
 * wrong-pid.h - what a client does with the PID of a process that is no server, and with numbers
 * that are no PID
 *
 * In the ward (ward.h), only processes of the examination can be hit.
 */
#pragma once

#include "doctor/pair.h"
#include "doctor/report.h"

/* Gives a client the PID of a bystander, and then 0 and -1. Adds to the report what it finds. */
void wrong_pid_try(struct pair *pair, struct report *report);
