/* SPDX-License-Identifier: MIT */
/* check-cause.c - tests that each cause has its words */

#include <stdbool.h>
#include <string.h>

#include "doctor/cause.h"
#include "suite.h"

/* Returns true if the text is sentences of printable ASCII, whose words have one space between. */
static bool is_prose(const char *text)
{
    size_t length = strlen(text);

    for (const char *at = text; *at; at++)
        if (*at < ' ' || *at > '~' || (at[0] == ' ' && at[1] == ' '))
            return false;
    return length > 0 && text[0] != ' ' && text[length - 1] == '.';
}

START_TEST(each_cause_has_all_its_texts)
{
    for (unsigned cause = 0; cause < CAUSES; cause++) {
        const struct cause_text *text = cause_text(cause);

        ck_assert_msg(is_prose(text->finding), "%s: %s", text->name, text->finding);
        ck_assert_msg(is_prose(text->cause), "%s: %s", text->name, text->cause);
        ck_assert_str_ne(text->section, "");
    }
    ck_assert_uint_eq(CAUSE_UNKNOWN + 1, CAUSES);
}
END_TEST

/* Scripts select a finding by its name. */
START_TEST(each_name_is_one_word_and_unique)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

    for (unsigned cause = 0; cause < CAUSES; cause++) {
        const char *name = cause_text(cause)->name;

        ck_assert_str_ne(name, "");
        ck_assert_uint_eq(strspn(name, letters), strlen(name));
        for (unsigned other = 0; other < cause; other++)
            ck_assert_str_ne(name, cause_text(other)->name);
    }
}
END_TEST

/* The text is that of this cause, and not of its neighbour. */
START_TEST(causes_have_their_own_texts)
{
    ck_assert_str_eq(cause_text(CAUSE_PID_LINE)->name, "pid-line");
    ck_assert_str_eq(cause_text(CAUSE_PAUSE)->name, "pause");
    ck_assert_str_eq(cause_text(CAUSE_UNKNOWN)->name, "unknown");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_cause_has_all_its_texts,
        each_name_is_one_word_and_unique,
        causes_have_their_own_texts,
        NULL,
    };

    return suite_of("cause", tests);
}
