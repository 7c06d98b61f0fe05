/* SPDX-License-Identifier: MIT */
/* check-procstat.c - tests that the entry of a process in /proc is read correctly */

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "host/procstat.h"
#include "suite.h"

static void set_mask(int how, int first, int second)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, first);
    sigaddset(&set, second);
    ck_assert_int_eq(sigprocmask(how, &set, NULL), 0);
}

static void blocks_both(void)
{
    set_mask(SIG_BLOCK, SIGUSR1, SIGUSR2);
}

static void blocks_one(void)
{
    set_mask(SIG_BLOCK, SIGUSR1, SIGTERM);
}

static void ignores_both(void)
{
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
}

static void ignores_one(void)
{
    signal(SIGUSR2, SIG_IGN);
}

static void awaits_both_and_ignores_them(void)
{
    ignores_both();
    blocks_both();
}

static void is_named_with_spaces(void)
{
    ck_assert_int_eq(prctl(PR_SET_NAME, "two words"), 0);
}

static void has_no_name(void)
{
    ck_assert_int_eq(prctl(PR_SET_NAME, ""), 0);
}

static struct procstat stat_of(void (*act)(void))
{
    pid_t pid = child_stays(act);
    struct procstat stat;

    ck_assert_int_eq(procstat_read(pid, &stat), 0);
    child_ends(pid);
    return stat;
}

START_TEST(a_process_can_read_its_own_entry)
{
    struct procstat stat;
    char name[17] = "";

    ck_assert_int_eq(prctl(PR_GET_NAME, name), 0);
    ck_assert_int_eq(procstat_read(getpid(), &stat), 0);
    ck_assert_str_eq(stat.name, name);
    ck_assert_int_eq(stat.state, 'R');
    ck_assert_uint_eq(stat.real_uid, getuid());
    ck_assert_uint_eq(stat.effective_uid, geteuid());
}
END_TEST

START_TEST(a_name_may_have_spaces_or_be_empty)
{
    ck_assert_str_eq(stat_of(is_named_with_spaces).name, "two words");
    ck_assert_str_eq(stat_of(has_no_name).name, "");
}
END_TEST

START_TEST(only_a_process_that_blocks_or_ignores_both_signals_is_shielded)
{
    ck_assert(!stat_of(child_does_nothing).is_shielded);
    ck_assert(!stat_of(blocks_one).is_shielded);
    ck_assert(!stat_of(ignores_one).is_shielded);
    ck_assert(stat_of(blocks_both).is_shielded);
    ck_assert(stat_of(ignores_both).is_shielded);
    ck_assert(stat_of(awaits_both_and_ignores_them).is_shielded);
}
END_TEST

static void handle(int number)
{
    (void)number;
}

static void catches_one_and_blocks_the_other(void)
{
    signal(SIGUSR1, handle);
    set_mask(SIG_BLOCK, SIGUSR2, SIGTERM);
}

static void has_one_pending_for_each_set(void)
{
    blocks_both();
    ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
}

static void catches_hup(void)
{
    signal(SIGHUP, handle);
}

static void catches_xcpu(void)
{
    signal(SIGXCPU, handle);
}

START_TEST(a_handler_for_a_signal_that_ends_a_process_is_seen)
{
    struct procstat stat = stat_of(catches_hup);

    ck_assert(stat.catches_end);
    ck_assert_int_eq(stat.caught, PROCSTAT_NO_SIGNAL);
    ck_assert(stat_of(catches_xcpu).catches_end);
}
END_TEST

START_TEST(pending_blocked_and_caught_signals_are_told_apart)
{
    struct procstat stat = stat_of(catches_one_and_blocks_the_other);

    ck_assert_int_eq(stat.caught, PROCSTAT_USR1);
    ck_assert_int_eq(stat.blocked, PROCSTAT_USR2);
    ck_assert_int_eq(stat.pending, PROCSTAT_NO_SIGNAL);
    ck_assert(!stat.catches_end);
}
END_TEST

START_TEST(signals_of_the_process_and_of_the_thread_are_pending)
{
    struct procstat stat = stat_of(has_one_pending_for_each_set);

    ck_assert_int_eq(stat.caught, PROCSTAT_NO_SIGNAL);
    ck_assert_int_eq(stat.blocked, PROCSTAT_BOTH);
    ck_assert_int_eq(stat.pending, PROCSTAT_BOTH);
}
END_TEST

static void becomes_others(void)
{
    ck_assert_int_eq(setresuid(1001, 1002, 1003), 0);
}

/* Only root can have different user IDs at once. For others, both must be their own user ID. */
START_TEST(real_and_effective_user_are_told_apart)
{
    bool is_root = geteuid() == 0;
    struct procstat stat = stat_of(is_root ? becomes_others : child_does_nothing);

    ck_assert_uint_eq(stat.real_uid, is_root ? 1001 : getuid());
    ck_assert_uint_eq(stat.effective_uid, is_root ? 1002 : geteuid());
}
END_TEST

static struct __user_cap_data_struct *own_capabilities(void)
{
    static struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    ck_assert_int_eq(syscall(SYS_capget, &header, data), 0);
    return data;
}

static void gives_up_cap_kill(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct *data = own_capabilities();

    data[0].effective &= ~CAP_TO_MASK(CAP_KILL);
    ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

START_TEST(may_kill_tells_if_a_process_has_cap_kill)
{
    bool may_kill = own_capabilities()[0].effective & CAP_TO_MASK(CAP_KILL);

    ck_assert_int_eq(stat_of(child_does_nothing).may_kill, may_kill);
    ck_assert(!stat_of(gives_up_cap_kill).may_kill);
}
END_TEST

/* The line "Groups" comes before others, and is longer than the reader's buffer. */
static void is_in_many_groups(void)
{
    static gid_t groups[10000];

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        groups[i] = (gid_t)(100000 + i);
    ck_assert_int_eq(setgroups(sizeof groups / sizeof groups[0], groups), 0);
    blocks_both();
}

START_TEST(a_process_in_many_groups_can_be_read)
{
    struct procstat stat = stat_of(is_in_many_groups);

    ck_assert(stat.is_shielded);
    ck_assert_uint_gt(stat.signal_limit, 0);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__
/* Takes all memory that malloc(3) has. Check's assertions would need some. */
static void reads_without_memory(void)
{
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    static void *chain;
    struct procstat stat;
    void **link;
    FILE *file;

    ck_assert_int_eq(setrlimit(RLIMIT_DATA, &none), 0);
    for (size_t size = 65536; size >= sizeof *link; size /= 2)
        while ((link = malloc(size))) {
            *link = chain;
            chain = link;
        }
    file = fopen("/proc/self/status", "re");
    if (file) {
        fclose(file);
        _exit(2);
    }
    _exit(procstat_read(getpid(), &stat) == 0 ? 0 : 1);
}

START_TEST(reading_needs_no_memory)
{
    child_acts(reads_without_memory);
}
END_TEST
#endif

START_TEST(who_sleeps_without_a_pending_signal_is_asleep)
{
    struct procstat stat = {.state = 'S', .blocked = PROCSTAT_USR2};

    ck_assert(procstat_is_asleep(&stat));
    ck_assert(!procstat_is_ready(&stat));
    stat.blocked = PROCSTAT_NO_SIGNAL;
    ck_assert(procstat_is_ready(&stat));
    stat.pending = PROCSTAT_USR1;
    ck_assert(!procstat_is_asleep(&stat) && !procstat_is_ready(&stat));
    stat = (struct procstat){.state = 'R'};
    ck_assert(!procstat_is_asleep(&stat) && !procstat_is_ready(&stat));
}
END_TEST

static void has_room_for_three(void)
{
    struct rlimit limit = {.rlim_cur = 3, .rlim_max = 3};

    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
}

START_TEST(the_limit_of_pending_signals_is_read)
{
    struct procstat stat = stat_of(has_room_for_three);

    ck_assert_uint_eq(stat.signal_limit, 3);
    ck_assert(!procstat_has_room(&stat));
}
END_TEST

/* The own signals of a process count, too, and may be pending in all four slots (lane.h). */
START_TEST(room_is_room_for_a_signal_in_each_slot)
{
    struct procstat stat = {.signals_pending = 6, .signal_limit = 10};

    ck_assert(procstat_has_room(&stat));
    stat.signals_pending = 7;
    ck_assert(!procstat_has_room(&stat));
    stat.signals_pending = 11;
    ck_assert(!procstat_has_room(&stat));
    stat.signal_limit = RLIM_INFINITY;
    ck_assert(procstat_has_room(&stat));
}
END_TEST

START_TEST(a_stopped_process_has_state_t_and_a_zombie_has_state_z)
{
    pid_t pid = child_stays(child_does_nothing);
    struct procstat stat;

    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(pid, NULL, WUNTRACED), pid);
    ck_assert_int_eq(procstat_read(pid, &stat), 0);
    ck_assert_int_eq(stat.state, 'T');
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
    ck_assert_int_eq(procstat_read(pid, &stat), 0);
    ck_assert_int_eq(stat.state, 'Z');
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(the_entry_of_a_process_that_has_ended_cannot_be_read)
{
    pid_t pid = child_stays(child_does_nothing);
    struct procstat stat = {.state = '?'};
    int found = -1;

    child_ends(pid);
    ck_assert_int_eq(procstat_cpu(pid, &found), -ESRCH);
    ck_assert_int_eq(found, -1);
    ck_assert_int_eq(procstat_read(pid, &stat), -ESRCH);
    ck_assert_int_eq(stat.state, '?');
}
END_TEST

static size_t cpu;

static void is_on_that_cpu(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
}

/* A parser that stops at the first parenthesis reads the field beside the right one. */
static void is_on_that_cpu_and_has_a_misleading_name(void)
{
    is_on_that_cpu();
    ck_assert_int_eq(prctl(PR_SET_NAME, "a) (b"), 0);
}

static int cpu_of(void (*act)(void))
{
    pid_t pid = child_stays(act);
    int found;

    ck_assert_int_eq(procstat_cpu(pid, &found), 0);
    child_ends(pid);
    return found;
}

START_TEST(the_cpu_is_right_whatever_the_name_of_the_process)
{
    cpu_set_t usable;

    ck_assert_int_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &usable))
            continue;
        ck_assert_int_eq(cpu_of(is_on_that_cpu), (int)cpu);
        ck_assert_int_eq(cpu_of(is_on_that_cpu_and_has_a_misleading_name), (int)cpu);
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_process_can_read_its_own_entry,
        a_name_may_have_spaces_or_be_empty,
        only_a_process_that_blocks_or_ignores_both_signals_is_shielded,
        pending_blocked_and_caught_signals_are_told_apart,
        signals_of_the_process_and_of_the_thread_are_pending,
        a_handler_for_a_signal_that_ends_a_process_is_seen,
        real_and_effective_user_are_told_apart,
        may_kill_tells_if_a_process_has_cap_kill,
#ifndef __SANITIZE_ADDRESS__
        reading_needs_no_memory,
#endif
        who_sleeps_without_a_pending_signal_is_asleep,
        the_limit_of_pending_signals_is_read,
        room_is_room_for_a_signal_in_each_slot,
        a_stopped_process_has_state_t_and_a_zombie_has_state_z,
        the_entry_of_a_process_that_has_ended_cannot_be_read,
        the_cpu_is_right_whatever_the_name_of_the_process,
        NULL,
    };

    const TTest *const tests_of_root[] = {a_process_in_many_groups_can_be_read, NULL};
    Suite *suite = suite_of("procstat", tests);

    /* Only root can join groups. */
    if (geteuid() == 0)
        suite_add(suite, tests_of_root, NULL, NULL);
    return suite;
}
