/* SPDX-License-Identifier: MIT */
/*
 * check-setbacks.c - whatever fails below a module, it says so or goes on, and leaves nothing open
 *
 * Each test makes one call after another fail, until there is none left that could.
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

/* Something a module does, in full, and undoes again where it succeeded. 0 or more, or -errno. */
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

/* Returns how many of the setbacks were reported. */
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

START_TEST(an_inbox)
{
    ck_assert_uint_eq(meet_setbacks(inbox_open), 5);
    ck_assert_uint_eq(meet_setbacks(watch_inbox), 1);
}
END_TEST

/* ---- the daemon ---- */

/* It is asked to stop before it begins. */
static int serve(void)
{
    struct sink sink;
    struct server *server = NULL;
    int r = stdout_open(&sink);

    if (r < 0)
        return r;
    r = server_new(&sink, 1, NULL, &server);
    if (r >= 0) {
        kill(getpid(), SIGTERM);
        r = server_run(server);
    }
    server_free(server);
    sink_close(&sink);
    return r;
}

/* Its limit of descriptors need not be known, nor the greatest: that is all it survives. */
START_TEST(a_server)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_ge(inbox_open(), 0);
    ck_assert(signal(SIGTERM, SIG_DFL) != SIG_ERR);
    ck_assert_uint_eq(meet_setbacks(serve), 26);
}
END_TEST

static pid_t other;
static sd_event *event;

static int make_sender(void)
{
    struct peer *peer;
    int r = peer_new(event, other, NULL, NULL, &peer);

    if (r >= 0)
        peer_free(peer);
    return r;
}

static void shield(void)
{
    ck_assert_int_ge(inbox_open(), 0);
}

START_TEST(a_sender)
{
    other = child_stays(shield);
    ck_assert_int_ge(sd_event_new(&event), 0);
    ck_assert_uint_eq(meet_setbacks(make_sender), 5);
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

START_TEST(a_journal)
{
    ck_assert_uint_eq(meet_setbacks(open_journal), 1);
}
END_TEST

/* ---- pidfiles ---- */

static char directory[] = "/tmp/check-setbacks-XXXXXX";

static int publish_pidfile(void)
{
    struct pidfile pidfile;
    pid_t holder;
    int r = pidfile_claim("pid", &pidfile, &holder);

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

START_TEST(a_pidfile)
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

START_TEST(a_daemon_that_cannot_be_forked)
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

/* The first two calls are the parent's. */
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

START_TEST(the_parent_ends_as_a_daemon_does_that_could_not_start)
{
    ck_assert_int_eq(status_of_parent(3), 42);
    ck_assert_int_eq(status_of_parent(4), 42);
    ck_assert_int_eq(status_of_parent(5), 43);
}
END_TEST

START_TEST(readiness_that_cannot_be_told)
{
    /* Two descriptors for all three standard ones, and the parent's pipe. */
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
        an_inbox,
        a_server,
        a_sender,
        a_journal,
        a_pidfile,
        a_daemon_that_cannot_be_forked,
        the_parent_ends_as_a_daemon_does_that_could_not_start,
        readiness_that_cannot_be_told,
        NULL,
    };

    return suite_of("setbacks", tests);
}
