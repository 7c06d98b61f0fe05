/* SPDX-License-Identifier: MIT */
/* check-word.c - tests that words are unpacked as they were packed, and that others are refused */

#include "protocol/word.h"
#include "suite.h"

START_TEST(a_probe_is_unpacked_unchanged)
{
    struct probe probe;

    for (enum ask ask = ASK_START; ask <= ASK_RESUME; ask++) {
        ck_assert(probe_unpack(probe_pack((struct probe){.ask = ask, .nonce = 0xbeef}), &probe));
        ck_assert_int_eq(probe.ask, ask);
        ck_assert_uint_eq(probe.nonce, 0xbeef);
    }
}
END_TEST

START_TEST(a_reply_is_unpacked_with_its_count_in_its_modulus)
{
    struct reply reply;

    for (enum reply_code code = REPLY_GO; code <= REPLY_LAST; code++) {
        ck_assert(reply_unpack(
            reply_pack((struct reply){.code = code, .count = 4096 + 77, .nonce = 0xffff}), &reply));
        ck_assert_int_eq(reply.code, code);
        ck_assert_uint_eq(reply.count, 77);
        ck_assert_uint_eq(reply.nonce, 0xffff);
    }
}
END_TEST

START_TEST(other_words_are_no_probe)
{
    static const uint32_t words[] = {0,          1,          0x60000000, 0x63000000,
                                     0x61010000, 0x71000000, 0xffffffff};
    struct probe probe = {.nonce = 42};

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        ck_assert_msg(!probe_unpack(words[i], &probe), "0x%08x", words[i]);
    ck_assert_uint_eq(probe.nonce, 42);
}
END_TEST

START_TEST(other_words_are_no_reply)
{
    static const uint32_t words[] = {0, 0x0fffffff, 0xe0000000, 0xffffffff};
    struct reply reply = {.nonce = 42};

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        ck_assert_msg(!reply_unpack(words[i], &reply), "0x%08x", words[i]);
    ck_assert_uint_eq(reply.nonce, 42);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_probe_is_unpacked_unchanged,
        a_reply_is_unpacked_with_its_count_in_its_modulus,
        other_words_are_no_probe,
        other_words_are_no_reply,
        NULL,
    };

    return suite_of("word", tests);
}
