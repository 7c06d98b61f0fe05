/* SPDX-License-Identifier: MIT */
/*
 * check-setbacks.c - tests that a module survives or reports each call that fails below it, and
 * leaves no descriptor open
 *
 * Each test runs a deed again and again. In the n-th run, the n-th call that can fail does fail
 * (setback.h). The test ends with the first run in which no call has failed.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "daemon/detach.h"
#include "daemon/peer.h"
#include "daemon/server.h"
#include "host/inbox.h"
#include "host/pidfile.h"
#include "setback.h"
#include "suite.h"

/* Does something with a module, and undoes it if it succeeded. Returns 0 or more, or -errno. */
typedef int (*deed)(void);

static unsigned open_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    unsigned count = 0;

    ck_assert_ptr_nonnull(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* Lets each call in the deed fail once. Returns how many of these errors the deed reported. */
static unsigned meet_setbacks(deed act)
{
    unsigned before = open_files(), reported = 0;

    for (unsigned n = 1;; n++) {
        int r;

        setback_at(n);
        r = act();
        ck_assert_uint_eq(open_files(), before);
        if (!setback_came()) {
            ck_assert_int_ge(r, 0);
            return reported;
        }
        if (r < 0) {
            ck_assert(r == -EIO || r == -ENOMEM);
            reported++;
        }
    }
}

/* ---- signals ---- */

static int watch_inbox(void)
{
    sigset_t none;
    int fd;

    sigemptyset(&none);
    fd = inbox_watch(&none);
    return fd < 0 ? fd : close(fd);
}

START_TEST(an_inbox_reports_each_failed_call)
{
    ck_assert_uint_eq(meet_setbacks(inbox_open), 5);
    ck_assert_uint_eq(meet_setbacks(watch_inbox), 1);
}
END_TEST

/* ---- the daemon ---- */

/* Runs a server that is told to stop before it begins. */
static int serve(void)
{
    struct sink sink;
    struct server *server = NULL;
    int r = stdout_open(&format_escaped, &sink);

    if (r < 0)
        return r;
    r = server_new(&sink, &(struct server_limits){.message = 1}, NULL, &server);
    if (r >= 0) {
        kill(getpid(), SIGTERM);
        r = server_run(server);
    }
    server_free(server);
    sink_close(&sink);
    return r;
}

/* The server survives only an error of the call that raises its limit of descriptors. */
START_TEST(a_server_reports_each_failed_call_but_one_for_its_descriptor_limit)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_ge(inbox_open(), 0);
    ck_assert(signal(SIGTERM, SIG_DFL) != SIG_ERR);
    ck_assert_uint_eq(meet_setbacks(serve), 28);
}
END_TEST

static pid_t other;
static sd_event *event;

static int make_peer(void)
{
    struct subids subids;
    struct peer *peer;
    int r;

    subids_init(&subids, "/nonexistent");
    r = peer_new(event, &subids, other, NULL, NULL, &peer);

    if (r >= 0)
        peer_free(peer);
    return r;
}

static void shield(void)
{
    ck_assert_int_ge(inbox_open(), 0);
}

START_TEST(a_peer_reports_each_failed_call)
{
    other = child_stays(shield);
    ck_assert_int_ge(sd_event_new(&event), 0);
    ck_assert_uint_eq(meet_setbacks(make_peer), 5);
    sd_event_unref(event);
    child_ends(other);
}
END_TEST

static int open_journal(void)
{
    struct sink sink;
    int r = journal_open(&sink);

    if (r >= 0)
        sink_close(&sink);
    return r;
}

START_TEST(a_journal_reports_its_failed_call)
{
    ck_assert_uint_eq(meet_setbacks(open_journal), 1);
}
END_TEST

/* ---- pidfiles ---- */

#define NO_SERVICE ((uid_t)-1)

static char directory[] = "/tmp/check-setbacks-XXXXXX";

static int publish_pidfile(void)
{
    struct pidfile pidfile;
    pid_t holder;
    int r = pidfile_claim("pid", NO_SERVICE, &pidfile, &holder);

    if (r < 0)
        return r;
    r = pidfile_publish(&pidfile);
    pidfile_release(&pidfile);
    return r;
}

static int read_pidfile(void)
{
    int fd = pidfile_open_for_reading("published");

    return fd < 0 ? fd : close(fd);
}

START_TEST(a_pidfile_reports_failed_calls)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    ck_assert_int_eq(close(open("published", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    ck_assert_uint_ge(meet_setbacks(publish_pidfile), 4);
    ck_assert_uint_eq(meet_setbacks(read_pidfile), 1);
    unlink("pid");
    unlink("published");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* ---- going into the background ---- */

static struct detach detached = DETACH_NONE;

START_TEST(detach_begin_reports_each_failed_call_of_the_parent)
{
    unsigned before = open_files();

    for (unsigned n = 1; n <= 2; n++) {
        setback_at(n);
        ck_assert_int_eq(detach_begin(&detached), -EIO);
        ck_assert(setback_came());
        ck_assert_uint_eq(open_files(), before);
    }
}
END_TEST

/*
 * Lets this call fail, counted from 1, of which the first two are made by the parent. Returns the
 * parent's exit status: its own, or that of its child.
 */
static int status_of_parent(unsigned failing)
{
    int status;
    pid_t parent = fork();

    ck_assert_int_ge(parent, 0);
    if (parent == 0) {
        setback_at(failing);
        _exit(detach_begin(&detached) == -EIO ? 42 : 43);
    }
    ck_assert_int_eq(waitpid(parent, &status, 0), parent);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(the_parent_exits_with_the_status_of_a_child_that_cannot_start)
{
    ck_assert_int_eq(status_of_parent(3), 42);
    ck_assert_int_eq(status_of_parent(4), 42);
    ck_assert_int_eq(status_of_parent(5), 43);
}
END_TEST

START_TEST(detach_ready_reports_each_failed_call)
{
    /* The calls are a dup2(2) for each of the three standard descriptors, and the write(2). */
    for (unsigned n = 1; n <= 4; n++) {
        int fds[2];

        ck_assert_int_eq(pipe(fds), 0);
        detached.ready_fd = fds[1];
        setback_at(n);
        ck_assert_int_eq(detach_ready(&detached, false), -EIO);
        ck_assert(setback_came());
        close(fds[0]);
        close(fds[1]);
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        an_inbox_reports_each_failed_call,
        a_server_reports_each_failed_call_but_one_for_its_descriptor_limit,
        a_peer_reports_each_failed_call,
        a_journal_reports_its_failed_call,
        a_pidfile_reports_failed_calls,
        detach_begin_reports_each_failed_call_of_the_parent,
        the_parent_exits_with_the_status_of_a_child_that_cannot_start,
        detach_ready_reports_each_failed_call,
        NULL,
    };

    return suite_of("setbacks", tests);
}
