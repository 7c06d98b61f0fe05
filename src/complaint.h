/*
 * complaint.h - the one line on standard error that names a cause and its cure
 *
 * What goes wrong may not be the end yet: another daemon may be tried, or the display be cleared
 * first. So a complaint is kept, the newest only, until the program knows that it has failed.
 */
#pragma once

/* As warnx(3); and as warn(3), with the text of an errno. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
__attribute__((format(printf, 2, 3))) void complain_of(int error, const char *format, ...);

/* Tells the newest complaint, if there is one. */
void complaint_tell(void);
