/* SPDX-License-Identifier: MIT */
/*
 * complaint.h - the one line on standard error that names a cause and its cure
 *
 * What goes wrong may not be the end yet: another daemon may be tried, or the display be cleared
 * first. So a complaint is kept, the newest only, until the program knows that it has failed.
 *
 * What is filled in may come from anybody: control characters in it are shown as '?', so that it
 * stays one line and tells the terminal nothing; and where it is very long, the middle of the line
 * is left out, not the cure at its end.
 */
#pragma once

/* As warnx(3); and as warn(3), with the text of an errno. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
__attribute__((format(printf, 2, 3))) void complain_of(int error, const char *format, ...);

/* Puts before the newest complaint, if there is one, what it is about: at most 60 octets. */
__attribute__((format(printf, 1, 2))) void complaint_precede(const char *format, ...);

/* Tells the newest complaint, if there is one. */
void complaint_tell(void);

/* Tells this one at once and ends the program, as errx(3) and err(3) do, with a sysexits(3). */
__attribute__((noreturn, format(printf, 2, 3))) void fail(int status, const char *format, ...);
__attribute__((noreturn, format(printf, 3, 4))) void fail_of(int status, int error,
                                                             const char *format, ...);
