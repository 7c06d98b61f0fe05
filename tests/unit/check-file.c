/* SPDX-License-Identifier: MIT */
/*
 * check-file.c - tests that each message is in the log file as a whole or not at all, whatever
 * fails and whenever the file is rotated
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "suite.h"

static char directory[] = "/tmp/check-file-XXXXXX";
static struct sink sink = {.fd = -1};

/* What happens right before and right after the next write(2), if anything. */
static void (*before_write)(void), (*after_write)(void);

ssize_t __real_write(int fd, const void *octets, size_t length);
ssize_t __wrap_write(int fd, const void *octets, size_t length);
ssize_t __wrap_write(int fd, const void *octets, size_t length)
{
    void (*before)(void) = before_write, (*after)(void) = after_write;
    ssize_t n;

    before_write = after_write = NULL;
    if (before)
        before();
    n = __real_write(fd, octets, length);
    if (after)
        after();
    return n;
}

/* The working directory is a new one, and standard error is a file in it. */
static void begin(void)
{
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    umask(022);
    signal(SIGXFSZ, SIG_IGN);
    fd = open("errors", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
}

static void end(void)
{
    static const char *const names[] = {"log",  "old",      "errors", "private",
                                        "link", "dangling", "fifo",   "target"};

    sink_close(&sink);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(names[i]);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(__real_write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void expect_file(const char *path, const char *expected)
{
    static char buffer[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;

    ck_assert_int_ge(fd, 0);
    length = read(fd, buffer, sizeof buffer - 1);
    ck_assert_int_ge(length, 0);
    buffer[length] = '\0';
    ck_assert_str_eq(buffer, expected);
    close(fd);
}

static int write_octets(const char *octets, size_t length)
{
    struct entry entry = {.message = {.length = length}};

    if (length > 0) {
        entry.message.bytes = malloc(length);
        ck_assert_ptr_nonnull(entry.message.bytes);
        memcpy(entry.message.bytes, octets, length);
    }
    return sink_write(&sink, &entry);
}

static int write_text(const char *text)
{
    return write_octets(text, strlen(text));
}

static void limit_files_to(rlim_t octets)
{
    struct rlimit limit = {.rlim_cur = octets, .rlim_max = RLIM_INFINITY};

    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static mode_t mode_of(const char *path)
{
    struct stat stat_of;

    ck_assert_int_eq(stat(path, &stat_of), 0);
    return stat_of.st_mode & 07777;
}

/* ---- messages ---- */

START_TEST(messages_are_escaped_lines_behind_those_that_the_file_has)
{
    put("log", "before\n");
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("two\nlines"), 0);
    ck_assert_int_eq(write_text(""), 0);
    ck_assert_int_eq(write_text("minitalkd: stopped"), 0);
    expect_file("log", "before\ntwo\\x0alines\n\n\\x6dinitalkd: stopped\n");
}
END_TEST

START_TEST(a_message_goes_behind_what_others_have_appended)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    put("log", "of another\n");
    ck_assert_int_eq(write_text("two"), 0);
    expect_file("log", "one\nof another\ntwo\n");
}
END_TEST

START_TEST(records_are_lines_of_the_file)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 7);
    ck_assert_int_eq(write_text("a message"), 0);
    expect_file("log", "minitalkd: process 7 ended\na message\n");
    expect_file("errors", "");
}
END_TEST

START_TEST(a_line_that_another_program_has_not_ended_is_ended)
{
    put("log", "torn");
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    expect_file("log", "torn");
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(write_text("two"), 0);
    expect_file("log", "torn\none\ntwo\n");
}
END_TEST

/* ---- writes that fail ---- */

START_TEST(nothing_stays_of_a_message_that_does_not_fit)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    limit_files_to(8);
    ck_assert_int_eq(write_text("too large"), -EFBIG);
    ck_assert_int_eq(sink.failure, EFBIG);
    expect_file("log", "one\n");
    ck_assert_int_eq(write_text("two"), 0);
    ck_assert_int_eq(write_text(""), -EFBIG);
    limit_files_to(RLIM_INFINITY);
    ck_assert_int_eq(write_text("three"), 0);
    expect_file("log", "one\ntwo\nthree\n");
}
END_TEST

/* The write fails after many steps. */
START_TEST(nothing_stays_of_a_long_message_that_does_not_fit)
{
    static char octets[20000];

    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    limit_files_to(4 * sizeof octets);
    ck_assert_int_eq(write_octets(octets, sizeof octets), -EFBIG);
    expect_file("log", "one\n");
}
END_TEST

START_TEST(an_unended_line_stays_unended_if_a_message_does_not_fit)
{
    put("log", "torn");
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    limit_files_to(4);
    ck_assert_int_eq(write_text("no room"), -EFBIG);
    limit_files_to(7);
    ck_assert_int_eq(write_text("no room"), -EFBIG);
    limit_files_to(RLIM_INFINITY);
    ck_assert_int_eq(write_text("room"), 0);
    expect_file("log", "torn\nroom\n");
}
END_TEST

START_TEST(a_record_that_does_not_fit_goes_to_standard_error)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    limit_files_to(30);
    sink_record(&sink, RECORD_LOST, NULL, "1234567");
    expect_file("log", "one\nminitalkd: 1234567\n");
    sink_record(&sink, RECORD_LOST, NULL, "123456");
    expect_file("log", "one\nminitalkd: 1234567\n");
    expect_file("errors", "minitalkd: 123456\n");
}
END_TEST

/* There is room for five more octets. */
static void somebody_appends(void)
{
    limit_files_to(RLIM_INFINITY);
    put("log", "of another\n");
    limit_files_to(sizeof "of another" + 5);
}

START_TEST(what_somebody_else_has_appended_is_not_taken_back)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    before_write = somebody_appends;
    ck_assert_int_eq(write_text("no room"), -EFBIG);
    limit_files_to(RLIM_INFINITY);
    ck_assert_int_eq(write_text("next"), 0);
    expect_file("log", "of another\nnext\n");
}
END_TEST

/* Nobody may be told that such a message is in the log, nor that nothing of it is. */
START_TEST(a_part_that_cannot_be_taken_back_is_reported)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    after_write = somebody_appends;
    limit_files_to(5);
    ck_assert_int_eq(write_text("no room"), -ENOTRECOVERABLE);
    limit_files_to(RLIM_INFINITY);
    /* The next line is one of its own. */
    ck_assert_int_eq(write_text("next"), 0);
    expect_file("log", "no roof another\n\nnext\n");
}
END_TEST

/* ---- JSON ---- */

/* The file has exactly these lines. Of an entry, the line here is the value of MESSAGE. */
static void expect_messages(const char *path, const char *expected)
{
    static const char key[] = "\"MESSAGE\":";
    char line[1024], got[1024] = "";
    size_t length = 0;
    FILE *file = fopen(path, "re");

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        char *message = strstr(line, key);

        line[strcspn(line, "\n")] = '\0';
        if (message) {
            ck_assert_int_eq(line[strlen(line) - 1], '}');
            message += strlen(key);
            message[strcspn(message, ",")] = '\0';
        }
        length +=
            (size_t)snprintf(got + length, sizeof got - length, "%s\n", message ? message : line);
        ck_assert_uint_lt(length, sizeof got);
    }
    fclose(file);
    ck_assert_str_eq(got, expected);
}

START_TEST(messages_and_records_are_lines_of_json)
{
    ck_assert_int_eq(file_open("log", &format_json, &sink), 0);
    ck_assert(sink.wants_origin);
    ck_assert_int_eq(write_text("two\nlines"), 0);
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 7);
    ck_assert_int_eq(write_text(""), 0);
    expect_messages("log", "\"two\\nlines\"\n\"process 7 ended\"\n\"\"\n");
    expect_file("errors", "");
}
END_TEST

START_TEST(an_object_that_is_not_ended_has_a_line_of_its_own)
{
    put("log", "{\"A\":\"tor");
    ck_assert_int_eq(file_open("log", &format_json, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    expect_messages("log", "{\"A\":\"tor\n\"one\"\n");
}
END_TEST

/* As write_text(), with a limit of files. Check has a file, too, and must not write meanwhile. */
static int write_text_within(rlim_t octets, const char *text)
{
    struct rlimit limit = {.rlim_cur = octets, .rlim_max = RLIM_INFINITY};
    struct rlimit unlimited = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    struct entry entry = {.message = {.bytes = (uint8_t *)strdup(text), .length = strlen(text)}};
    int r;

    setrlimit(RLIMIT_FSIZE, &limit);
    r = sink_write(&sink, &entry);
    setrlimit(RLIMIT_FSIZE, &unlimited);
    return r;
}

START_TEST(nothing_stays_of_an_object_that_does_not_fit)
{
    struct stat one;

    ck_assert_int_eq(file_open("log", &format_json, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(stat("log", &one), 0);
    for (rlim_t room = 0; room < 100; room += 9) {
        ck_assert_int_eq(write_text_within((rlim_t)one.st_size + room, "two"), -EFBIG);
        expect_messages("log", "\"one\"\n");
    }
    ck_assert_int_eq(write_text("three"), 0);
    expect_messages("log", "\"one\"\n\"three\"\n");
}
END_TEST

/* ---- the Journal Export Format ---- */

static off_t size_of(const char *path)
{
    struct stat stat_of;

    ck_assert_int_eq(stat(path, &stat_of), 0);
    return stat_of.st_size;
}

START_TEST(a_part_of_an_entry_is_cut_off_when_the_file_is_opened)
{
    off_t size;

    ck_assert_int_eq(file_open("log", &format_export, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 7);
    sink_close(&sink);
    size = size_of("log");
    put("log", "__REALTIME_TIMESTAMP=1\nMESS");
    ck_assert_int_eq(file_open("log", &format_export, &sink), 0);
    ck_assert_int_eq(size_of("log"), size);
    ck_assert_int_eq(write_text("two"), 0);
    ck_assert_int_gt(size_of("log"), size);
}
END_TEST

START_TEST(a_file_of_another_format_is_left_alone)
{
    put("log", "a message\n");
    ck_assert_int_eq(file_open("log", &format_export, &sink), -EBADMSG);
    expect_file("log", "a message\n");
}
END_TEST

/* Whatever follows would belong to the entry that is not whole. */
START_TEST(nothing_follows_a_part_that_cannot_be_taken_back)
{
    off_t size;

    ck_assert_int_eq(file_open("log", &format_export, &sink), 0);
    after_write = somebody_appends;
    ck_assert_int_eq(write_text_within(5, "no room"), -ENOTRECOVERABLE);
    size = size_of("log");
    ck_assert_int_eq(write_text("next"), -ENOTRECOVERABLE);
    sink_record(&sink, RECORD_LOST, NULL, "a record");
    ck_assert_int_eq(size_of("log"), size);
    sink_close(&sink);
    ck_assert_int_eq(file_open("log", &format_export, &sink), -EBADMSG);
}
END_TEST

/* ---- rotation ---- */

START_TEST(the_moved_file_stays_in_use_until_the_log_is_opened_anew)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(rename("log", "old"), 0);
    ck_assert_int_eq(write_text("two"), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(write_text("three"), 0);
    expect_file("old", "one\ntwo\n");
    expect_file("log", "three\n");
    expect_file("errors", "");
}
END_TEST

START_TEST(a_file_that_was_not_moved_is_opened_anew)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(write_text("x"), 0);
        sink_reopen(&sink);
    }
    expect_file("log", "x\nx\nx\n");
    expect_file("errors", "");
}
END_TEST

START_TEST(a_file_that_is_already_there_is_appended_to)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(rename("log", "old"), 0);
    put("log", "made by logrotate\nand torn");
    sink_reopen(&sink);
    ck_assert_int_eq(write_text("one"), 0);
    expect_file("log", "made by logrotate\nand torn\none\n");
}
END_TEST

START_TEST(the_path_is_that_of_the_directory_at_the_start)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(rename("log", "old"), 0);
    ck_assert_int_eq(chdir("/"), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(chdir(directory), 0);
    expect_file("log", "one\n");
}
END_TEST

START_TEST(the_old_file_stays_in_use_if_the_new_one_cannot_be_opened)
{
    static const char line[] =
        "minitalkd: cannot open the log file anew (it is not a regular file), "
        "so messages still go to the old one; mend that, and send SIGHUP "
        "again\n";
    char expected[sizeof line + sizeof "one\ntwo\n"];

    snprintf(expected, sizeof expected, "one\n%stwo\n", line);
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(rename("log", "old"), 0);
    ck_assert_int_eq(mkdir("log", 0700), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(write_text("two"), 0);
    expect_file("old", expected);
    expect_file("errors", line);
    ck_assert_int_eq(rmdir("log"), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(write_text("three"), 0);
    expect_file("log", "three\n");
    expect_file("old", expected);
}
END_TEST

/* A message in a file without a name is lost. */
START_TEST(a_removed_file_is_replaced_before_the_next_message)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(unlink("log"), 0);
    ck_assert_int_eq(write_text("two"), 0);
    expect_file("log", "two\n");
    ck_assert_int_eq(unlink("log"), 0);
    ck_assert_int_eq(mkdir("log", 0700), 0);
    ck_assert_int_eq(write_text("three"), -EINVAL);
    ck_assert_int_eq(rmdir("log"), 0);
    ck_assert_int_eq(write_text("four"), 0);
    expect_file("log", "four\n");
}
END_TEST

START_TEST(other_sinks_are_not_opened_anew)
{
    ck_assert_int_eq(stdout_open(&format_escaped, &sink), 0);
    sink_reopen(&sink);
    expect_file("errors", "");
}
END_TEST

/* ---- the file ---- */

START_TEST(only_a_regular_file_is_opened)
{
    put("target", "");
    ck_assert_int_eq(symlink("target", "link"), 0);
    ck_assert_int_eq(symlink("missing", "dangling"), 0);
    ck_assert_int_eq(mkfifo("fifo", 0600), 0);
    ck_assert_int_eq(file_open("link", &format_escaped, &sink), -EINVAL);
    ck_assert_int_eq(file_open("dangling", &format_escaped, &sink), -EINVAL);
    ck_assert_int_eq(file_open("fifo", &format_escaped, &sink), -EINVAL);
    ck_assert_int_eq(file_open(".", &format_escaped, &sink), -EINVAL);
    ck_assert_int_eq(file_open("/dev/null", &format_escaped, &sink), -EINVAL);
    ck_assert_int_eq(file_open("no/such/directory", &format_escaped, &sink), -ENOENT);
    ck_assert_int_eq(sink.fd, -1);
    ck_assert_int_lt(access("missing", F_OK), 0);
}
END_TEST

START_TEST(a_file_with_two_names_or_of_another_user_is_refused)
{
    put("log", "");
    ck_assert_int_eq(link("log", "second"), 0);
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), -EMLINK);
    ck_assert_int_eq(unlink("second"), 0);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown("log", 60001, 60001), 0);
        ck_assert_int_eq(file_open("log", &format_escaped, &sink), -EPERM);
        ck_assert_int_eq(chown("log", 0, 0), 0);
    }
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
}
END_TEST

/* The daemon changes its umask between the two. */
START_TEST(a_file_is_created_with_the_umask_at_the_start)
{
    umask(027);
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(mode_of("log"), 0640);
    sink_close(&sink);
    umask(077);
    ck_assert_int_eq(file_open("private", &format_escaped, &sink), 0);
    umask(022);
    ck_assert_int_eq(mode_of("private"), 0600);
    ck_assert_int_eq(rename("private", "old"), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(mode_of("private"), 0600);
}
END_TEST

START_TEST(no_program_inherits_the_file)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(fcntl(sink.fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

/* Returns what file_open() returns in another process. */
static int opened_by_another(const char *path)
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct sink other;

        _exit(-file_open(path, &format_escaped, &other));
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return -WEXITSTATUS(status);
}

START_TEST(one_daemon_at_a_time_has_a_file)
{
    ck_assert_int_eq(file_open("log", &format_escaped, &sink), 0);
    ck_assert_int_eq(opened_by_another("log"), -EEXIST);
    ck_assert_int_eq(rename("log", "old"), 0);
    ck_assert_int_eq(opened_by_another("log"), 0);
    sink_reopen(&sink);
    ck_assert_int_eq(opened_by_another("old"), 0);
    ck_assert_int_eq(opened_by_another("log"), -EEXIST);
    sink_close(&sink);
    ck_assert_int_eq(opened_by_another("log"), 0);
}
END_TEST

START_TEST(each_error_has_a_reason)
{
    ck_assert_str_eq(file_reason(EINVAL), "it is not a regular file");
    ck_assert_str_eq(file_reason(EPERM), "it belongs to another user");
    ck_assert_str_eq(file_reason(EMLINK), "it has more than one name (hard links)");
    ck_assert_str_eq(file_reason(EEXIST), "another process holds the lock on it");
    ck_assert_str_eq(file_reason(EBADMSG),
                     "it has other contents than whole entries of this format");
    ck_assert_str_eq(file_reason(ENOSPC), "No space left on device");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        messages_are_escaped_lines_behind_those_that_the_file_has,
        a_message_goes_behind_what_others_have_appended,
        records_are_lines_of_the_file,
        a_line_that_another_program_has_not_ended_is_ended,
        nothing_stays_of_a_message_that_does_not_fit,
        nothing_stays_of_a_long_message_that_does_not_fit,
        an_unended_line_stays_unended_if_a_message_does_not_fit,
        a_record_that_does_not_fit_goes_to_standard_error,
        what_somebody_else_has_appended_is_not_taken_back,
        a_part_that_cannot_be_taken_back_is_reported,
        messages_and_records_are_lines_of_json,
        an_object_that_is_not_ended_has_a_line_of_its_own,
        nothing_stays_of_an_object_that_does_not_fit,
        a_part_of_an_entry_is_cut_off_when_the_file_is_opened,
        a_file_of_another_format_is_left_alone,
        nothing_follows_a_part_that_cannot_be_taken_back,
        the_moved_file_stays_in_use_until_the_log_is_opened_anew,
        a_file_that_was_not_moved_is_opened_anew,
        a_file_that_is_already_there_is_appended_to,
        the_path_is_that_of_the_directory_at_the_start,
        the_old_file_stays_in_use_if_the_new_one_cannot_be_opened,
        a_removed_file_is_replaced_before_the_next_message,
        other_sinks_are_not_opened_anew,
        only_a_regular_file_is_opened,
        a_file_with_two_names_or_of_another_user_is_refused,
        a_file_is_created_with_the_umask_at_the_start,
        no_program_inherits_the_file,
        one_daemon_at_a_time_has_a_file,
        each_error_has_a_reason,
        NULL,
    };

    return suite_around("file", tests, begin, end);
}
