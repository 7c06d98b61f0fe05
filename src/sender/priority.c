/* SPDX-License-Identifier: MIT */
/* priority.c - see priority.h */

#define SYSLOG_NAMES /* makes syslog.h define its tables of names */

#include "sender/priority.h"

#include <bsd/stdlib.h>
#include <string.h>
#include <strings.h>
#include <syslog.h>

#define LEVEL_MAX 7
#define LEVEL_BITS 3
#define PREFIX_MAX (FACILITY_MAX << LEVEL_BITS | LEVEL_MAX)

static bool find_name(const CODE *names, const char *text, int *ret)
{
    for (; names->c_name; names++)
        if (strcasecmp(names->c_name, text) == 0) {
            *ret = names->c_val;
            return true;
        }
    return false;
}

static bool parse_number(const char *text, int most, int *ret)
{
    const char *error;
    int number = (int)strtonum(text, 0, most, &error);

    if (error)
        return false;
    *ret = number;
    return true;
}

static bool parse_level(const char *text, unsigned *ret)
{
    int level;

    if (!find_name(prioritynames, text, &level) && !parse_number(text, LEVEL_MAX, &level))
        return false;
    /* The table of syslog.h also has a name that is not a level. */
    if (level > LEVEL_MAX)
        return false;
    *ret = (unsigned)level;
    return true;
}

static bool parse_facility(const char *text, int *ret)
{
    int shifted;

    if (!find_name(facilitynames, text, &shifted))
        return parse_number(text, FACILITY_MAX, ret);
    if (shifted >> LEVEL_BITS > FACILITY_MAX)
        return false;
    *ret = shifted >> LEVEL_BITS;
    return true;
}

bool priority_parse(const char *text, struct priority *ret)
{
    struct priority priority = {.facility = FACILITY_NONE};
    const char *dot = strchr(text, '.');

    if (dot) {
        char facility[16];
        size_t length = (size_t)(dot - text);

        if (length >= sizeof facility)
            return false;
        memcpy(facility, text, length);
        facility[length] = '\0';
        if (!parse_facility(facility, &priority.facility))
            return false;
        text = dot + 1;
    }
    if (!parse_level(text, &priority.level))
        return false;
    *ret = priority;
    return true;
}

size_t priority_prefix(const uint8_t *bytes, size_t length, struct priority *ret)
{
    unsigned number = 0;
    size_t i = 1;

    if (length < 3 || bytes[0] != '<')
        return 0;
    for (; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
        number = 10 * number + (bytes[i] - '0');
        if (number > PREFIX_MAX)
            return 0;
    }
    if (i == 1 || i == length || bytes[i] != '>')
        return 0;
    ret->level = number & LEVEL_MAX;
    if (number >> LEVEL_BITS > 0)
        ret->facility = (int)(number >> LEVEL_BITS);
    return i + 1;
}
