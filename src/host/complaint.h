/* SPDX-License-Identifier: MIT */
/*
 * complaint.h - the error line on standard error, with the cause and the cure
 *
 * An error does not always end the program: the sender may try another daemon. The sender also has
 * to erase its progress bar before it prints. So complain() only keeps the newest complaint, and
 * complaint_tell() prints it once the program knows that it has failed.
 *
 * Some parts of a complaint can come from anybody. Each octet that is not part of printable text
 * (text.h) is therefore shown as '?', so that a complaint stays one line and does not control the
 * terminal. If a complaint is too long,
 * its middle is left out, and the cure at its end stays.
 */
#pragma once

/*
 * Keep a complaint. The arguments are those of warnx(3); complain_of() adds the text of an errno,
 * as warn(3) does, unless error is 0.
 */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
__attribute__((format(printf, 2, 3))) void complain_of(int error, const char *format, ...);

/*
 * Puts a prefix before the newest complaint, to name its subject. Does nothing if no complaint is
 * kept. The prefix may have 60 octets at most; a longer one is truncated.
 */
__attribute__((format(printf, 1, 2))) void complaint_precede(const char *format, ...);

/* Returns the newest complaint, as it is printed; "" if none is kept. Valid until the next one. */
const char *complaint_text(void);

/* Prints the newest complaint and forgets it. Does nothing if no complaint is kept. */
void complaint_tell(void);

/*
 * Print this complaint at once and end the program, as errx(3) and err(3) do. status is an exit
 * status of sysexits(3).
 */
__attribute__((noreturn, format(printf, 2, 3))) void fail(int status, const char *format, ...);
__attribute__((noreturn, format(printf, 3, 4))) void fail_of(int status, int error,
                                                             const char *format, ...);
