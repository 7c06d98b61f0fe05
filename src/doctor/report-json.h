/* SPDX-License-Identifier: MIT */
/*
 * report-json.h - a report as JSON (RFC 8259), for scripts
 *
 * minitalk-doctor(1) lists the keys. Text of the programs is escaped as by escape.h first, so that
 * each string is printable UTF-8.
 */
#pragma once

#include "doctor/report.h"

/* Prints the report as one object, with a newline at the end. */
void report_json_print(const struct report *report);
