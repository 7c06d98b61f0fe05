/* SPDX-License-Identifier: MIT */
/* check-crc32c.c - tests that the checksum is the CRC-32C of RFC 3720 */

#include <stddef.h>

#include "protocol/crc32c.h"
#include "suite.h"

static uint32_t checksum(const uint8_t *octets, size_t length)
{
    uint32_t crc = 0;

    for (size_t i = 0; i < length; i++)
        crc = crc32c_octet(crc, octets[i]);
    return crc;
}

/* RFC 3720, B.4. The RFC prints the checksums as they are sent: least significant octet first. */
START_TEST(the_checksums_match_the_examples_of_rfc_3720)
{
    static const uint8_t read_command[48] = {
        0x01, 0xc0, 0, 0,    0, 0, 0, 0,    0,    0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 4, 0,
        0,    0,    0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 2,    0, 0, 0, 0, 0, 0, 0,
    };
    uint8_t zeros[32], ones[32], rising[32], falling[32];

    for (uint8_t i = 0; i < 32; i++) {
        zeros[i] = 0;
        ones[i] = 0xff;
        rising[i] = i;
        falling[i] = (uint8_t)(31 - i);
    }
    ck_assert_uint_eq(checksum(zeros, sizeof zeros), 0x8a9136aa);
    ck_assert_uint_eq(checksum(ones, sizeof ones), 0x62a8ab43);
    ck_assert_uint_eq(checksum(rising, sizeof rising), 0x46dd794e);
    ck_assert_uint_eq(checksum(falling, sizeof falling), 0x113fdb5c);
    ck_assert_uint_eq(checksum(read_command, sizeof read_command), 0xd9963a56);
}
END_TEST

START_TEST(the_checksum_of_nothing_is_zero)
{
    ck_assert_uint_eq(checksum(NULL, 0), 0);
}
END_TEST

START_TEST(each_octet_value_gives_another_checksum)
{
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < a; b++)
            ck_assert_uint_ne(crc32c_octet(0, (uint8_t)a), crc32c_octet(0, (uint8_t)b));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_checksums_match_the_examples_of_rfc_3720,
        the_checksum_of_nothing_is_zero,
        each_octet_value_gives_another_checksum,
        NULL,
    };

    return suite_of("crc32c", tests);
}
