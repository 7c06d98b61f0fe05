/* SPDX-License-Identifier: MIT */
/* check-tail.c - tests what is found and cut off at the end of a log file */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/tail.h"
#include "suite.h"

static int fd;

static void begin(void)
{
    char path[] = "/tmp/check-tail-XXXXXX";

    fd = mkostemp(path, O_CLOEXEC | O_APPEND);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(unlink(path), 0);
}

static void end(void)
{
    close(fd);
}

static void fill(const void *octets, size_t length)
{
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(write(fd, octets, length), (ssize_t)length);
}

static size_t size_of_file(void)
{
    struct stat stat;

    ck_assert_int_eq(fstat(fd, &stat), 0);
    return (size_t)stat.st_size;
}

START_TEST(a_line_without_its_newline_is_torn)
{
    static const struct {
        const char *text;
        bool is_torn;
    } files[] = {{"", false}, {"\n", false}, {"one\n", false}, {"one\ntwo", true}, {"x", true}};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bool is_torn = !files[i].is_torn;

        fill(files[i].text, strlen(files[i].text));
        ck_assert_int_eq(tail_find_line(fd, &is_torn), 0);
        ck_assert_int_eq(is_torn, files[i].is_torn);
    }
}
END_TEST

/* Two entries, as the daemon writes them. The first ends after the message that has no text. */
static const char entries[] = "__REALTIME_TIMESTAMP=1\nMESSAGE\n\3\0\0\0\0\0\0\0\n\n\n\n\n"
                              "__REALTIME_TIMESTAMP=22\n_PID=7\nMESSAGE\n\5\0\0\0\0\0\0\0"
                              "A=\n\n\n\nPRIORITY=5\nEMPTY=\n\n";
#define FIRST (sizeof "__REALTIME_TIMESTAMP=1\nMESSAGE\n\3\0\0\0\0\0\0\0\n\n\n\n\n" - 1)

START_TEST(whole_entries_stay)
{
    fill("", 0);
    ck_assert_int_eq(tail_cut_entry(fd), 0);
    fill(entries, sizeof entries - 1);
    ck_assert_int_eq(tail_cut_entry(fd), 0);
    ck_assert_uint_eq(size_of_file(), sizeof entries - 1);
}
END_TEST

/* Wherever it ends. Some ends look like the end of an entry. */
START_TEST(a_part_of_an_entry_is_cut_off)
{
    for (size_t size = 0; size < sizeof entries - 1; size++) {
        fill(entries, size);
        ck_assert_int_eq(tail_cut_entry(fd), 0);
        ck_assert_uint_eq(size_of_file(), size < FIRST ? 0 : FIRST);
        /* What follows goes to the end of the file. */
        ck_assert_int_eq(write(fd, "x", 1), 1);
        ck_assert_uint_eq(size_of_file(), (size < FIRST ? 0 : FIRST) + 1);
    }
}
END_TEST

/* journalctl -o export begins with another field. */
START_TEST(entries_of_others_stay)
{
    static const char exported[] = "__CURSOR=s\nMESSAGE=x\n\n";

    fill(exported, sizeof exported - 1);
    ck_assert_int_eq(tail_cut_entry(fd), 0);
    ck_assert_uint_eq(size_of_file(), sizeof exported - 1);
}
END_TEST

START_TEST(other_contents_are_refused_and_stay)
{
    static const char *const texts[] = {
        "a message\n",
        "A=1\nB=2\n",
        "A=1",
        "=1\n\n",
        "__CURSOR=s\nMESSAGE=",
        "A\n\1\0\0\0\0\0\0\0\xff?\n\n",
        "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"a long line of JSON without the other\"}\n",
    };
    static const size_t with_nul = 5, length_with_nul = 14;
    static const char too_long[] = "__REALTIME_TIMESTAMP=1\nMESSAGE\n\1\0\0\x40\0\0\0\0x";

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t length = i == with_nul ? length_with_nul : strlen(texts[i]);

        fill(texts[i], length);
        ck_assert_int_eq(tail_cut_entry(fd), -EBADMSG);
        ck_assert_uint_eq(size_of_file(), length);
    }
    /* One octet more than MESSAGE_MAX. */
    fill(too_long, sizeof too_long - 1);
    ck_assert_int_eq(tail_cut_entry(fd), -EBADMSG);
}
END_TEST

/* Skipped without being read. */
START_TEST(a_long_value_may_be_incomplete)
{
    static const char large[] = "__REALTIME_TIMESTAMP=1\nMESSAGE\n\0\0\0\x40\0\0\0\0x";

    fill(large, sizeof large - 1);
    ck_assert_int_eq(tail_cut_entry(fd), 0);
    ck_assert_uint_eq(size_of_file(), 0);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error)
{
    bool is_torn;

    ck_assert_int_eq(tail_cut_entry(-1), -EBADF);
    ck_assert_int_eq(tail_find_line(-1, &is_torn), -EBADF);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_line_without_its_newline_is_torn,     whole_entries_stay,
        a_part_of_an_entry_is_cut_off,          entries_of_others_stay,
        other_contents_are_refused_and_stay,    a_long_value_may_be_incomplete,
        a_file_that_cannot_be_read_is_an_error, NULL,
    };

    return suite_around("tail", tests, begin, end);
}
