/* SPDX-License-Identifier: MIT */
/* dialect.c - see dialect.h for the text form */

#include "doctor/dialect.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define SEPARATOR ','

/* The words of the text form, by the value of the member that they stand for. */
static const char *const orders[] = {"msb", "lsb"};
static const char *const ones[] = {"usr2=1", "usr1=1"};
static const char *const pids[] = {NULL, "pid31", "pid32"};
static const char *const lengths[LENGTHS] = {NULL,      "len32be", "len32le", "len64be",
                                             "len64le", "asc10",   "dec+nul"};
static const char *const ends[ENDS] = {NULL, "nul", "newline+nul", "eot", "ff+ff", "nul+one"};
static const char *const units[UNITS] = {"bit/", "octet/", "message/"};
static const char *const answers[] = {NULL, "usr1", "usr2"};

static const char seven[] = "7bit";
static const char counted[] = "counted";
static const char nothing[] = "nothing";
static const char hello_word[] = "hello=";
static const char ack_word[] = "ack=";
static const char ack_none[] = "none";

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- parsing ---- */

/* What is left of a text form. */
struct words {
    const char *at;
};

static bool is_end_of_word(char c)
{
    return c == SEPARATOR || c == '\0';
}

/* Moves behind a word and the comma behind it. A comma at the end of the text is left there. */
static void move_behind(struct words *words, size_t length)
{
    words->at += length;
    if (*words->at == SEPARATOR && words->at[1])
        words->at++;
}

static bool take_word(struct words *words, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(words->at, word, length) != 0 || !is_end_of_word(words->at[length]))
        return false;
    move_behind(words, length);
    return true;
}

/* Takes one of the words, if the next one is among them. Returns its index, or -1. */
static int take_one_of(struct words *words, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] && take_word(words, list[i]))
            return (int)i;
    return -1;
}

static bool take_flag(struct words *words, const char *const *list, bool *ret)
{
    int index = take_one_of(words, list, 2);

    *ret = index == 1;
    return index >= 0;
}

/* The word can be missing: the result is 0 then. */
static unsigned take_optional(struct words *words, const char *const *list, size_t count)
{
    int index = take_one_of(words, list, count);

    return index < 0 ? 0 : (unsigned)index;
}

/* Returns false if a hello begins and is not valid. */
static bool take_hello(struct words *words, struct dialect *dialect)
{
    const char *bits = words->at + strlen(hello_word);

    if (strncmp(words->at, hello_word, strlen(hello_word)) != 0)
        return true;
    for (; *bits == '0' || *bits == '1'; bits++) {
        if (dialect->hello_length++ == HELLO_MAX)
            return false;
        dialect->hello = dialect->hello << 1 | (*bits == '1');
    }
    if (dialect->hello_length == 0 || !is_end_of_word(*bits))
        return false;
    move_behind(words, (size_t)(bits - words->at));
    return true;
}

/* Takes UNIT/SIGNAL. The units must be in their order, so that no unit comes twice. */
static bool take_answer(const char **at, unsigned *unit, struct dialect *dialect)
{
    for (; *unit < UNITS; (*unit)++) {
        size_t length = strlen(units[*unit]);

        if (strncmp(*at, units[*unit], length) != 0)
            continue;
        *at += length;
        for (unsigned i = ANSWER_USR1; i <= ANSWER_USR2; i++)
            if (strncmp(*at, answers[i], strlen(answers[i])) == 0) {
                dialect->answers[(*unit)++] = (enum dialect_answer)i;
                *at += strlen(answers[i]);
                return true;
            }
        return false;
    }
    return false;
}

/* Returns false if answers begin and are not valid. */
static bool take_answers(struct words *words, struct dialect *dialect)
{
    const char *at = words->at + strlen(ack_word);
    unsigned unit = UNIT_BIT;

    if (strncmp(words->at, ack_word, strlen(ack_word)) != 0)
        return true;
    if (strcmp(at, ack_none) == 0)
        at += strlen(ack_none);
    else
        do {
            if (!take_answer(&at, &unit, dialect))
                return false;
        } while (*at == '+' && *++at);
    if (at[-1] == '+' || !is_end_of_word(*at))
        return false;
    move_behind(words, (size_t)(at - words->at));
    return true;
}

/*
 * Takes the length, the end, or 'nothing'. Returns false if none of them is there, or if one of
 * them is missing that is counted.
 */
static bool take_framing(struct words *words, struct dialect *dialect)
{
    dialect->length = (enum dialect_length)take_optional(words, lengths, COUNT(lengths));
    dialect->counts_end = take_word(words, counted);
    dialect->end = (enum dialect_end)take_optional(words, ends, COUNT(ends));
    if (dialect->counts_end)
        return dialect->length != LENGTH_ABSENT && dialect->end != END_ABSENT;
    return !dialect_ends_by_silence(dialect) || take_word(words, nothing);
}

bool dialect_parse(const char *text, struct dialect *ret)
{
    struct words words = {text};
    struct dialect dialect = {0};

    if (!take_flag(&words, orders, &dialect.is_lsb) ||
        !take_flag(&words, ones, &dialect.has_usr1_as_one))
        return false;
    dialect.has_7_bits = take_word(&words, seven);
    if (!take_hello(&words, &dialect))
        return false;
    dialect.pid = (enum dialect_pid)take_optional(&words, pids, COUNT(pids));
    if (!take_framing(&words, &dialect) || !take_answers(&words, &dialect) || *words.at)
        return false;
    *ret = dialect;
    return true;
}

/* ---- formatting ---- */

struct form {
    char text[DIALECT_TEXT_SIZE];
    size_t length;
};

static void add(struct form *form, const char *text)
{
    size_t length = strlen(text);

    assert(form->length + length < sizeof form->text);
    memcpy(form->text + form->length, text, length + 1);
    form->length += length;
}

static void add_word(struct form *form, const char *word)
{
    const char separator[] = {SEPARATOR, '\0'};

    if (!word)
        return;
    if (form->length > 0)
        add(form, separator);
    add(form, word);
}

static void add_hello(struct form *form, const struct dialect *dialect)
{
    if (dialect->hello_length == 0)
        return;
    add_word(form, hello_word);
    for (unsigned i = dialect->hello_length; i-- > 0;)
        add(form, dialect->hello >> i & 1 ? "1" : "0");
}

static void add_answers(struct form *form, const struct dialect *dialect)
{
    bool has_answer = false;

    for (unsigned unit = 0; unit < UNITS; unit++) {
        if (dialect->answers[unit] == ANSWER_NONE)
            continue;
        if (has_answer)
            add(form, "+");
        else
            add_word(form, ack_word);
        add(form, units[unit]);
        add(form, answers[dialect->answers[unit]]);
        has_answer = true;
    }
    if (!has_answer) {
        add_word(form, ack_word);
        add(form, ack_none);
    }
}

void dialect_format(const struct dialect *dialect, char ret[DIALECT_TEXT_SIZE])
{
    struct form form = {0};

    add_word(&form, orders[dialect->is_lsb]);
    add_word(&form, ones[dialect->has_usr1_as_one]);
    if (dialect->has_7_bits)
        add_word(&form, seven);
    add_hello(&form, dialect);
    add_word(&form, pids[dialect->pid]);
    add_word(&form, lengths[dialect->length]);
    if (dialect->counts_end)
        add_word(&form, counted);
    add_word(&form, ends[dialect->end]);
    if (dialect_ends_by_silence(dialect))
        add_word(&form, nothing);
    add_answers(&form, dialect);
    memcpy(ret, form.text, form.length + 1);
}

/* ---- comparing ---- */

bool dialect_writes_as(const struct dialect *dialect, const struct dialect *other)
{
    return dialect->is_lsb == other->is_lsb && dialect->has_usr1_as_one == other->has_usr1_as_one &&
           dialect->has_7_bits == other->has_7_bits &&
           dialect->hello_length == other->hello_length && dialect->hello == other->hello &&
           dialect->pid == other->pid && dialect->length == other->length &&
           dialect->counts_end == other->counts_end && dialect->end == other->end;
}

bool dialect_equals(const struct dialect *dialect, const struct dialect *other)
{
    for (unsigned unit = 0; unit < UNITS; unit++)
        if (dialect->answers[unit] != other->answers[unit])
            return false;
    return dialect_writes_as(dialect, other);
}

bool dialect_ends_by_silence(const struct dialect *dialect)
{
    return dialect->length == LENGTH_ABSENT && dialect->end == END_ABSENT;
}

unsigned dialect_width(const struct dialect *dialect)
{
    return dialect->has_7_bits ? 7 : 8;
}
