/* SPDX-License-Identifier: MIT */
/*
 * diagram.h - a report's wires as a sequence diagram, in SVG 1.1
 *
 * Each wire has a title and two life lines, of the client and of the server. Time goes down, an
 * event a step: not to scale, because the times of one wire differ by a factor of 10,000. A long
 * wire is drawn with its first and last events.
 */
#pragma once

#include <stdio.h>

#include "doctor/report.h"

/* So many of the first and of the last events of a long wire are drawn. */
#define DIAGRAM_FIRST 24u
#define DIAGRAM_LAST 8u

/*
 * Writes the diagram: the usual wire of the report, and those of its findings. Wires without events
 * are left out. The caller asks the file for errors, by ferror(3).
 */
void diagram_write(const struct report *report, FILE *file);
