/* SPDX-License-Identifier: MIT */
/* check-pidfile.c - tests that a PID counts only if the kernel confirms that it holds the lock */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "host/pidfile.h"
#include "suite.h"

#define NO_SERVICE ((uid_t)-1)

/* Each test runs in a new directory of its own. */
static const char path[] = "minitalk.pid";
static char directory[64];

static void begin(void)
{
    const char *parent = getenv("TMPDIR");

    snprintf(directory, sizeof directory, "%s/check-pidfile-XXXXXX", parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
}

static void end(void)
{
    if (unlink(path) < 0)
        rmdir(path);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}

static void write_file(const char *text, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, length), (ssize_t)length);
    close(fd);
}

static struct pidfile claim(void)
{
    struct pidfile pidfile;
    pid_t holder;

    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), 0);
    return pidfile;
}

static void claims(void)
{
    claim();
}

static void claims_and_publishes(void)
{
    struct pidfile pidfile = claim();

    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
}

static int open_it(void)
{
    int fd = pidfile_open_for_reading(path);

    ck_assert_int_ge(fd, 0);
    return fd;
}

/* ---- for the daemon ---- */

START_TEST(a_published_pidfile_names_its_daemon_and_only_its_owner_can_read_it)
{
    struct pidfile pidfile = claim();
    struct stat stat;
    char text[32] = "", expected[32];
    int fd;

    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
    ck_assert_int_eq(lstat(path, &stat), 0);
    ck_assert_uint_eq(stat.st_mode, S_IFREG | 0600);
    fd = open_it();
    ck_assert_int_gt(read(fd, text, sizeof text - 1), 0);
    snprintf(expected, sizeof expected, "%d", (int)getpid());
    ck_assert_str_eq(text, expected);
    close(fd);
    pidfile_release(&pidfile);
}
END_TEST

START_TEST(an_existing_file_loses_the_permissions_of_others)
{
    struct pidfile pidfile;
    struct stat stat;

    write_file("", 0);
    ck_assert_int_eq(chmod(path, 0666), 0);
    pidfile = claim();
    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
    ck_assert_int_eq(lstat(path, &stat), 0);
    ck_assert_uint_eq(stat.st_mode, S_IFREG | 0600);
    pidfile_release(&pidfile);
}
END_TEST

START_TEST(a_second_daemon_is_told_the_pid_of_the_first)
{
    pid_t daemon = child_stays(claims_and_publishes), holder = 0;
    struct pidfile pidfile = PIDFILE_NONE;

    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EEXIST);
    ck_assert_int_eq(holder, daemon);
    ck_assert_int_eq(pidfile.fd, -1);
    child_ends(daemon);
}
END_TEST

START_TEST(a_second_daemon_is_kept_out_before_the_first_has_published)
{
    pid_t daemon = child_stays(claims), holder = 42;
    struct pidfile pidfile;

    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EEXIST);
    ck_assert_int_eq(holder, 0);
    child_ends(daemon);
}
END_TEST

START_TEST(the_file_of_a_daemon_that_was_killed_can_be_claimed)
{
    struct pidfile pidfile;

    child_ends(child_stays(claims_and_publishes));
    ck_assert_int_eq(access(path, F_OK), 0);
    pidfile = claim();
    pidfile_release(&pidfile);
}
END_TEST

START_TEST(a_released_file_is_removed_and_can_be_claimed_again)
{
    struct pidfile pidfile = claim();

    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
    pidfile_release(&pidfile);
    ck_assert_int_eq(pidfile.fd, -1);
    ck_assert_int_eq(access(path, F_OK), -1);
    pidfile_release(&pidfile);
    child_acts(claims);
}
END_TEST

static struct pidfile inherited;

static void becomes_nobody_and_releases(void)
{
    if (geteuid() == 0)
        ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    ck_assert_int_eq(pidfile_publish(&inherited), 0);
    pidfile_release(&inherited);
    ck_assert_int_eq(inherited.fd, -1);
}

START_TEST(a_released_file_that_cannot_be_removed_is_emptied)
{
    struct stat stat;
    pid_t pid;
    int fd;

    inherited = claim();
    ck_assert_int_eq(fchmodat(AT_FDCWD, path, 0666, 0), 0);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(chmod(".", 0555), 0);
    child_acts(becomes_nobody_and_releases);
    ck_assert_int_eq(chmod(".", 0700), 0);
    ck_assert_int_eq(lstat(path, &stat), 0);
    ck_assert_int_eq(stat.st_size, 0);
    fd = open_it();
    ck_assert_int_eq(pidfile_holder(fd, &pid), -ESRCH);
    ck_assert_int_eq(pidfile_read(fd, &pid), -EBADMSG);
    close(fd);
}
END_TEST

static void publishes_the_inherited_file(void)
{
    ck_assert_int_eq(pidfile_publish(&inherited), 0);
}

START_TEST(a_daemon_may_fork_between_claiming_and_publishing)
{
    pid_t daemon, holder;
    struct pidfile pidfile;

    inherited = claim();
    daemon = child_stays(publishes_the_inherited_file);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EEXIST);
    ck_assert_int_eq(holder, daemon);
    child_ends(daemon);
}
END_TEST

START_TEST(only_a_regular_file_can_be_claimed)
{
    struct pidfile pidfile = PIDFILE_NONE;
    pid_t holder;

    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EINVAL);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EINVAL);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("elsewhere", path), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EINVAL);
    ck_assert_int_eq(access("elsewhere", F_OK), -1);
    ck_assert_int_eq(pidfile.fd, -1);
}
END_TEST

/* ---- a directory that others may write ---- */

static const char victim[] = "victim";

/*
 * Another process that exchanges the file for a symbolic link to the victim: each time that the
 * code under test looks at a path, before it gets the answer or after it.
 */
static enum moment { NEVER, BEFORE, AFTER } attack_at;

static void exchange_at(enum moment moment)
{
    if (attack_at != moment)
        return;
    unlink(path);
    ck_assert_int_eq(symlink(victim, path), 0);
}

#define WRAP_LOOK(name, parameters, arguments)                                                     \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        int r;                                                                                     \
                                                                                                   \
        exchange_at(BEFORE);                                                                       \
        r = __real_##name arguments;                                                               \
        exchange_at(AFTER);                                                                        \
        return r;                                                                                  \
    }

WRAP_LOOK(stat, (const char *name, struct stat *ret), (name, ret))
WRAP_LOOK(lstat, (const char *name, struct stat *ret), (name, ret))
WRAP_LOOK(fstatat, (int at, const char *name, struct stat *ret, int flags), (at, name, ret, flags))

static void make_victim(void)
{
    write_file("12345", 5);
    ck_assert_int_eq(rename(path, victim), 0);
}

/* The victim is what make_victim() has made. Removes the victim. */
static void expect_victim_unharmed(void)
{
    char text[8] = "";
    struct stat stat;
    int fd = open(victim, O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &stat), 0);
    ck_assert_uint_eq(stat.st_mode, S_IFREG | 0600);
    ck_assert_int_eq(read(fd, text, sizeof text - 1), 5);
    ck_assert_str_eq(text, "12345");
    close(fd);
    ck_assert_int_eq(unlink(victim), 0);
}

START_TEST(a_link_that_takes_the_place_of_the_file_is_never_followed)
{
    for (attack_at = BEFORE; attack_at <= AFTER; attack_at++) {
        struct pidfile pidfile = PIDFILE_NONE;
        pid_t holder;
        int r;

        make_victim();
        write_file("", 0);
        r = pidfile_claim(path, NO_SERVICE, &pidfile, &holder);
        ck_assert(r == 0 || r == -EINVAL);
        if (r == 0)
            ck_assert_int_eq(pidfile_publish(&pidfile), 0);
        pidfile_release(&pidfile);
        expect_victim_unharmed();
        unlink(path);
    }
    attack_at = NEVER;
}
END_TEST

START_TEST(a_link_to_a_pidfile_is_followed_by_neither_side)
{
    struct pidfile pidfile;
    pid_t holder;

    make_victim();
    ck_assert_int_eq(symlink(victim, path), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EINVAL);
    ck_assert_int_eq(pidfile_open_for_reading(path), -EINVAL);
    expect_victim_unharmed();
}
END_TEST

START_TEST(a_link_to_the_directory_is_followed)
{
    struct pidfile pidfile;
    pid_t holder;
    int fd;

    ck_assert_int_eq(symlink(".", "directory"), 0);
    ck_assert_int_eq(pidfile_claim("directory/minitalk.pid", NO_SERVICE, &pidfile, &holder), 0);
    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
    fd = pidfile_open_for_reading("directory/minitalk.pid");
    ck_assert_int_ge(fd, 0);
    close(fd);
    /* From now on, the path leads elsewhere. */
    ck_assert_int_eq(unlink("directory"), 0);
    pidfile_release(&pidfile);
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(directories_that_lead_in_a_circle_are_named_as_such)
{
    struct pidfile pidfile;
    pid_t holder;

    ck_assert_int_eq(symlink(path, path), 0);
    ck_assert_int_eq(pidfile_claim("minitalk.pid/pid", NO_SERVICE, &pidfile, &holder), -ELOOP);
    ck_assert_int_eq(pidfile_open_for_reading("minitalk.pid/pid"), -ELOOP);
}
END_TEST

START_TEST(a_file_with_a_second_name_is_left_alone)
{
    struct pidfile pidfile;
    pid_t holder;

    make_victim();
    ck_assert_int_eq(link(victim, path), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EMLINK);
    expect_victim_unharmed();
}
END_TEST

START_TEST(a_file_with_other_contents_than_a_pid_is_left_alone)
{
    static const char *const texts[] = {
        "12345 ", "a letter", "-1", "1\n2\n", "\n\n", "1234567890123456789012345678901234567890"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct pidfile pidfile;
        pid_t holder;
        char text[64] = "";
        int fd;

        write_file(texts[i], strlen(texts[i]));
        ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EBADMSG);
        fd = open_it();
        ck_assert_int_eq(read(fd, text, sizeof text - 1), (ssize_t)strlen(texts[i]));
        ck_assert_str_eq(text, texts[i]);
        close(fd);
    }
}
END_TEST

START_TEST(a_file_of_another_user_is_left_alone)
{
    struct pidfile pidfile;
    pid_t holder;

    write_file("12345", 5);
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(pidfile_claim(path, NO_SERVICE, &pidfile, &holder), -EPERM);
    ck_assert_int_eq(pidfile_claim(path, 65533, &pidfile, &holder), -EPERM);
    ck_assert_int_eq(rename(path, victim), 0);
    expect_victim_unharmed();
}
END_TEST

START_TEST(root_may_take_over_the_file_of_the_service)
{
    struct pidfile pidfile;
    pid_t holder;

    write_file("12345", 5);
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(pidfile_claim(path, 65534, &pidfile, &holder), 0);
    ck_assert_int_eq(pidfile_publish(&pidfile), 0);
    pidfile_release(&pidfile);
}
END_TEST

static void becomes_nobody_and_claims(void)
{
    struct pidfile pidfile;
    pid_t holder;

    ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    ck_assert_int_eq(pidfile_claim(path, 65533, &pidfile, &holder), -EPERM);
}

START_TEST(only_root_may_take_over_the_file_of_the_service)
{
    write_file("12345", 5);
    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert_int_eq(chmod(".", 0755), 0);
    ck_assert_int_eq(chown(path, 65533, 65533), 0);
    child_acts(becomes_nobody_and_claims);
}
END_TEST

START_TEST(a_file_in_a_missing_directory_cannot_be_claimed)
{
    struct pidfile pidfile;
    pid_t holder = 42;

    ck_assert_int_eq(pidfile_claim("nowhere/minitalk.pid", NO_SERVICE, &pidfile, &holder), -ENOENT);
    ck_assert_int_eq(holder, 0);
}
END_TEST

/* ---- for a sender ---- */

START_TEST(the_holder_of_the_lock_is_the_daemon)
{
    pid_t daemon = child_stays(claims_and_publishes), pid;
    int fd = open_it();

    ck_assert_int_eq(pidfile_holder(fd, &pid), 0);
    ck_assert_int_eq(pid, daemon);
    ck_assert_int_eq(pidfile_read(fd, &pid), 0);
    ck_assert_int_eq(pid, daemon);
    close(fd);
    child_ends(daemon);
}
END_TEST

START_TEST(a_killed_daemon_holds_no_lock)
{
    pid_t pid = 42;
    int fd;

    child_ends(child_stays(claims_and_publishes));
    fd = open_it();
    ck_assert_int_eq(pidfile_holder(fd, &pid), -ESRCH);
    ck_assert_int_eq(pid, 42);
    close(fd);
}
END_TEST

START_TEST(asking_for_the_holder_takes_no_lock)
{
    int fd;
    pid_t pid;

    write_file("", 0);
    fd = open_it();
    ck_assert_int_eq(pidfile_holder(fd, &pid), -ESRCH);
    child_acts(claims_and_publishes);
    close(fd);
}
END_TEST

START_TEST(an_unlocked_file_has_no_holder)
{
    pid_t pid = 42;
    int fd;

    write_file("1\n", 2);
    fd = open_it();
    ck_assert_int_eq(pidfile_holder(fd, &pid), -ESRCH);
    ck_assert_int_eq(pid, 42);
    close(fd);
}
END_TEST

START_TEST(a_pid_is_read_with_or_without_a_newline)
{
    static const char *const texts[] = {"12345", "12345\n", "12345\nsomething else\n"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pid_t pid = 0;
        int fd;

        write_file(texts[i], strlen(texts[i]));
        fd = open_it();
        ck_assert_int_eq(pidfile_read(fd, &pid), 0);
        ck_assert_int_eq(pid, 12345);
        close(fd);
    }
}
END_TEST

START_TEST(text_that_is_no_pid_is_refused)
{
    static const char *const texts[] = {
        "",   "\n",       "daemon", "12345x",     "0",
        "-1", "0x10",     "1.5",    "2147483648", "99999999999999999999999999999999999999",
        "1 ", "12 12345",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pid_t pid = 42;
        int fd;

        write_file(texts[i], strlen(texts[i]));
        fd = open_it();
        ck_assert_msg(pidfile_read(fd, &pid) == -EBADMSG, "'%s'", texts[i]);
        ck_assert_int_eq(pid, 42);
        close(fd);
    }
}
END_TEST

START_TEST(an_invalid_descriptor_is_an_error)
{
    pid_t pid;

    ck_assert_int_eq(pidfile_read(-1, &pid), -EBADF);
    ck_assert_int_eq(pidfile_holder(-1, &pid), -EBADF);
}
END_TEST

START_TEST(only_a_regular_file_is_opened_and_a_fifo_does_not_block)
{
    ck_assert_int_eq(pidfile_open_for_reading(path), -ENOENT);
    ck_assert_int_eq(pidfile_open_for_reading("."), -EINVAL);
    ck_assert_int_eq(pidfile_open_for_reading("/dev/null"), -EINVAL);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(pidfile_open_for_reading(path), -EINVAL);
}
END_TEST

START_TEST(a_users_own_pidfile_is_in_the_runtime_directory)
{
    char *own;

    setenv("XDG_RUNTIME_DIR", "/run/user/1000", 1);
    own = pidfile_of_user();
    ck_assert_str_eq(own, "/run/user/1000/minitalk.pid");
    free(own);
}
END_TEST

START_TEST(without_a_runtime_directory_a_user_has_no_pidfile)
{
    unsetenv("XDG_RUNTIME_DIR");
    ck_assert_ptr_null(pidfile_of_user());
    setenv("XDG_RUNTIME_DIR", "", 1);
    ck_assert_ptr_null(pidfile_of_user());
    setenv("XDG_RUNTIME_DIR", "relative/path", 1);
    ck_assert_ptr_null(pidfile_of_user());
    ck_assert_int_eq(errno, 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_published_pidfile_names_its_daemon_and_only_its_owner_can_read_it,
        an_existing_file_loses_the_permissions_of_others,
        a_second_daemon_is_told_the_pid_of_the_first,
        a_second_daemon_is_kept_out_before_the_first_has_published,
        the_file_of_a_daemon_that_was_killed_can_be_claimed,
        a_released_file_is_removed_and_can_be_claimed_again,
        a_released_file_that_cannot_be_removed_is_emptied,
        a_daemon_may_fork_between_claiming_and_publishing,
        only_a_regular_file_can_be_claimed,
        a_link_that_takes_the_place_of_the_file_is_never_followed,
        a_link_to_a_pidfile_is_followed_by_neither_side,
        a_link_to_the_directory_is_followed,
        directories_that_lead_in_a_circle_are_named_as_such,
        a_file_with_a_second_name_is_left_alone,
        a_file_with_other_contents_than_a_pid_is_left_alone,
        a_file_in_a_missing_directory_cannot_be_claimed,
        the_holder_of_the_lock_is_the_daemon,
        a_killed_daemon_holds_no_lock,
        asking_for_the_holder_takes_no_lock,
        an_unlocked_file_has_no_holder,
        a_pid_is_read_with_or_without_a_newline,
        text_that_is_no_pid_is_refused,
        an_invalid_descriptor_is_an_error,
        only_a_regular_file_is_opened_and_a_fifo_does_not_block,
        a_users_own_pidfile_is_in_the_runtime_directory,
        without_a_runtime_directory_a_user_has_no_pidfile,
        NULL,
    };

    const TTest *const for_root[] = {
        a_file_of_another_user_is_left_alone,
        root_may_take_over_the_file_of_the_service,
        only_root_may_take_over_the_file_of_the_service,
        NULL,
    };
    Suite *suite = suite_around("pidfile", tests, begin, end);

    if (geteuid() == 0)
        suite_add(suite, for_root, begin, end);
    return suite;
}
