/* SPDX-License-Identifier: MIT */
/*
 * check-signals.c - tests the inbox and the pidref: the receiver takes what the sender sent
 *
 * The tests send real signals, between the test process and a child of it.
 */

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/pidref.h"
#include "host/procstat.h"
#include "suite.h"

#define PATIENCE (10 * NSEC_PER_SEC)

static pid_t test; /* this process, which has the inbox */

static void begin(void)
{
    test = getpid();
    ck_assert_int_eq(inbox_open(), 0);
}

static struct lane_signal take(void)
{
    struct lane_signal signal;

    ck_assert_int_eq(inbox_take(PATIENCE, &signal), 1);
    return signal;
}

static void expect_empty(void)
{
    struct lane_signal signal;

    ck_assert_int_eq(inbox_take(0, &signal), 0);
}

static struct pidref open_pidref(pid_t pid)
{
    struct pidref pidref;

    ck_assert_int_eq(pidref_open(pid, &pidref), 0);
    ck_assert_int_eq(pidref.pid, pid);
    return pidref;
}

/* ---- what a child sends to the test ---- */

static enum lane lane_to_send;
static bool bit_to_send;
static uint32_t word_to_send;

static void sends_bit(void)
{
    struct pidref pidref = open_pidref(test);

    ck_assert_int_eq(pidref_send_bit(&pidref, lane_to_send, bit_to_send), 0);
}

static uint64_t block_to_send;
static uint32_t number_to_send;

static void sends_block(void)
{
    struct pidref pidref = open_pidref(test);

    ck_assert_int_eq(pidref_send_block(&pidref, lane_to_send, block_to_send, number_to_send), 0);
}

static void sends_word(void)
{
    struct pidref pidref = open_pidref(test);

    ck_assert_int_eq(pidref_send_word(&pidref, word_to_send), 0);
}

static void sends_a_bit_in_each_slot(void)
{
    for (int bit = 1; bit >= 0; bit--)
        for (int lane = LANES - 1; lane >= 0; lane--) {
            lane_to_send = (enum lane)lane;
            bit_to_send = bit;
            sends_bit();
        }
}

START_TEST(each_bit_arrives_on_its_lane_with_its_sender)
{
    for (int lane = 0; lane < LANES; lane++)
        for (int bit = 0; bit <= 1; bit++) {
            struct lane_signal signal;
            pid_t child;

            lane_to_send = (enum lane)lane;
            bit_to_send = bit;
            child = child_stays(sends_bit);
            signal = take();
            ck_assert_int_eq(signal.kind, SIGNAL_PLAIN);
            ck_assert_int_eq(signal.slot, 2 * lane + bit);
            ck_assert_int_eq(signal.lane, lane);
            ck_assert_int_eq(signal.bit, bit);
            ck_assert_int_eq(signal.pid, child);
            ck_assert_uint_eq(signal.uid, getuid());
            expect_empty();
            child_ends(child);
        }
}
END_TEST

START_TEST(each_word_arrives_whole_with_its_sender)
{
    static const uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xdeadbeef, 0xffffffff};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct lane_signal signal;
        pid_t child;

        word_to_send = words[i];
        child = child_stays(sends_word);
        signal = take();
        ck_assert_int_eq(signal.kind, SIGNAL_WORD);
        ck_assert_int_eq(signal.slot, SLOT_PROCESS_USR2);
        ck_assert_uint_eq(signal.word, words[i]);
        ck_assert_int_eq(signal.pid, child);
        child_ends(child);
    }
}
END_TEST

START_TEST(each_block_arrives_whole_on_its_lane_with_its_number_and_its_sender)
{
    static const uint64_t blocks[] = {0, 1, UINTPTR_MAX / 3, UINTPTR_MAX};
    static const uint32_t numbers[] = {0, 1, INT32_MAX};

    for (int lane = 0; lane < LANES; lane++)
        for (size_t i = 0; i < 12; i++) {
            struct lane_signal signal;
            pid_t child;

            lane_to_send = (enum lane)lane;
            block_to_send = blocks[i % 4];
            number_to_send = numbers[i / 4];
            child = child_stays(sends_block);
            signal = take();
            ck_assert_int_eq(signal.kind, SIGNAL_BLOCK);
            ck_assert_int_eq(signal.slot, SLOT_THREAD_USR1);
            ck_assert_int_eq(signal.lane, lane);
            ck_assert_uint_eq(signal.block, block_to_send);
            ck_assert_uint_eq(signal.number, number_to_send);
            ck_assert_int_eq(signal.pid, child);
            expect_empty();
            child_ends(child);
        }
}
END_TEST

static void sends_a_block_on_each_lane(void)
{
    for (int lane = 0; lane < LANES; lane++) {
        lane_to_send = (enum lane)lane;
        block_to_send = (uint64_t)lane;
        sends_block();
    }
}

START_TEST(a_block_on_each_lane_can_be_pending)
{
    child_acts(sends_a_block_on_each_lane);
    for (int lane = 0; lane < LANES; lane++) {
        struct lane_signal signal = take();

        ck_assert_int_eq(signal.lane, lane);
        ck_assert_uint_eq(signal.block, (uint64_t)lane);
    }
    expect_empty();
}
END_TEST

START_TEST(four_signals_can_be_pending_and_come_in_the_order_of_their_slots)
{
    child_acts(sends_a_bit_in_each_slot);
    for (int slot = SLOT_THREAD_USR1; slot <= SLOT_PROCESS_USR2; slot++)
        ck_assert_int_eq(take().slot, slot);
    expect_empty();
}
END_TEST

START_TEST(a_second_signal_in_a_slot_is_lost)
{
    child_acts(sends_a_bit_in_each_slot);
    child_acts(sends_a_bit_in_each_slot);
    for (int i = 0; i < SLOTS; i++)
        take();
    expect_empty();
}
END_TEST

/* ---- signals that no pidref sends ---- */

static void kills(void)
{
    ck_assert_int_eq(kill(test, SIGUSR1), 0);
}

static void queues_the_first_signal(void)
{
    ck_assert_int_eq(sigqueue(test, SIGUSR1, (union sigval){.sival_int = 42}), 0);
}

/*
 * Queues a SIGUSR2 that claims to come from pid, with this si_code, and expects this error number:
 * 0 or EPERM. The kernel reserves the codes of kill(2) and tgkill(2) (rt_sigqueueinfo(2)).
 */
static void forges(pid_t pid, int code, int expected)
{
    siginfo_t info = {.si_signo = SIGUSR2, .si_code = code};

    info.si_pid = pid;
    info.si_value.sival_int = 42;
    ck_assert_int_eq(syscall(SYS_rt_sigqueueinfo, test, SIGUSR2, &info) == 0 ? 0 : errno, expected);
}

static void forges_a_word_of_nobody(void)
{
    forges(0, SI_QUEUE, 0);
}

static void forges_a_timer(void)
{
    forges(1, SI_TIMER, 0);
}

static void sends_a_second_signal_like_a_block(void)
{
    forges(1, SI_MESGQ, 0);
}

static void forges_plain_signals(void)
{
    forges(1, SI_USER, EPERM);
    forges(1, SI_TKILL, EPERM);
}

START_TEST(a_strangers_kill_is_a_plain_signal_of_the_process_lane)
{
    struct lane_signal signal;

    child_acts(kills);
    signal = take();
    ck_assert_int_eq(signal.kind, SIGNAL_PLAIN);
    ck_assert_int_eq(signal.lane, LANE_PROCESS);
    ck_assert_int_eq(signal.bit, false);
}
END_TEST

/* sigqueue(3) sends it as a block with the number 0. */
START_TEST(a_strangers_queued_sigusr1_is_a_block)
{
    child_acts(queues_the_first_signal);
    ck_assert_int_eq(take().kind, SIGNAL_BLOCK);
}
END_TEST

START_TEST(queued_signals_that_are_no_word_and_no_block_are_noise)
{
    child_acts(forges_a_word_of_nobody);
    ck_assert_int_eq(take().kind, SIGNAL_NOISE);
    child_acts(forges_a_timer);
    ck_assert_int_eq(take().kind, SIGNAL_NOISE);
    expect_empty();
}
END_TEST

START_TEST(only_a_first_signal_can_be_a_block)
{
    child_acts(sends_a_second_signal_like_a_block);
    ck_assert_int_eq(take().kind, SIGNAL_NOISE);
    expect_empty();
}
END_TEST

START_TEST(nobody_can_forge_a_plain_signal)
{
    child_acts(forges_plain_signals);
    expect_empty();
}
END_TEST

/* ---- the inbox ---- */

static void opens_its_inbox_with_a_soft_limit_of_0(void)
{
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = 64}, raised;

    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
    ck_assert_int_eq(inbox_open(), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_SIGPENDING, &raised), 0);
    ck_assert_uint_eq(raised.rlim_cur, 64);
}

static void opens_its_inbox_with_a_hard_limit_of_0(void)
{
    struct rlimit limit = {0};

    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &limit), 0);
    ck_assert_int_eq(inbox_open(), -EDQUOT);
}

START_TEST(the_limit_of_pending_signals_is_raised_to_its_hard_limit)
{
    child_acts(opens_its_inbox_with_a_soft_limit_of_0);
}
END_TEST

START_TEST(an_inbox_cannot_be_opened_if_no_signal_may_be_pending)
{
    child_acts(opens_its_inbox_with_a_hard_limit_of_0);
}
END_TEST

/* Returns a bit as the inbox takes it if it was sent while RLIMIT_SIGPENDING was 0. */
static struct lane_signal take_beyond_limit(enum lane lane)
{
    struct rlimit usual, none;

    ck_assert_int_eq(getrlimit(RLIMIT_SIGPENDING, &usual), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &none), 0);
    lane_to_send = lane;
    child_acts(sends_bit);
    /* Check's timers need queued signals, too. */
    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &usual), 0);
    return take();
}

/* Beyond the limit, the kernel allocates no memory for the sender of a thread-directed signal. */
START_TEST(beyond_the_limit_a_thread_lane_signal_has_no_sender_and_is_noise)
{
    struct lane_signal signal = take_beyond_limit(LANE_THREAD);

    ck_assert_int_eq(signal.kind, SIGNAL_NOISE);
    ck_assert_int_eq(signal.slot, SLOT_THREAD_USR1);
    ck_assert_int_eq(signal.pid, 0);
    expect_empty();
}
END_TEST

START_TEST(beyond_the_limit_a_process_lane_signal_still_names_its_sender)
{
    struct lane_signal signal = take_beyond_limit(LANE_PROCESS);

    ck_assert_int_eq(signal.kind, SIGNAL_PLAIN);
    ck_assert_int_gt(signal.pid, 0);
}
END_TEST

START_TEST(an_open_inbox_survives_both_signals_however_it_waits)
{
    struct lane_signal signal;
    struct pollfd pollfd;
    sigset_t none;

    sigemptyset(&none);
    raise(SIGUSR1);
    raise(SIGUSR2);
    take();
    take();
    ck_assert_int_eq(inbox_take(NSEC_PER_MSEC, &signal), 0);
    pollfd = (struct pollfd){.fd = inbox_watch(&none), .events = POLLIN};
    ck_assert_int_ge(pollfd.fd, 0);
    ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
    raise(SIGUSR1);
    ck_assert_int_eq(poll(&pollfd, 1, 0), 1);
    take();
    ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
    close(pollfd.fd);
}
END_TEST

START_TEST(an_inbox_can_be_watched_together_with_other_signals)
{
    struct pollfd pollfd;
    sigset_t others;

    sigemptyset(&others);
    sigaddset(&others, SIGTERM);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &others, NULL), 0);
    pollfd = (struct pollfd){.fd = inbox_watch(&others), .events = POLLIN};
    ck_assert_int_ge(pollfd.fd, 0);
    ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
    raise(SIGTERM);
    ck_assert_int_eq(poll(&pollfd, 1, 0), 1);
    ck_assert_int_eq(sigwaitinfo(&others, NULL), SIGTERM);
    ck_assert_int_eq(poll(&pollfd, 1, 0), 0);
    close(pollfd.fd);
}
END_TEST

START_TEST(a_process_that_sleeps_for_signals_is_shielded_from_them)
{
    uint64_t end = monotonic_now() + PATIENCE;
    struct lane_signal signal;
    struct procstat stat;
    pid_t child = fork();

    if (child == 0) {
        inbox_take(2 * PATIENCE, &signal);
        _exit(EXIT_SUCCESS);
    }
    do {
        ck_assert_uint_lt(monotonic_now(), end);
        ck_assert_int_eq(procstat_read(child, &stat), 0);
        ck_assert(stat.is_shielded);
    } while (stat.state != 'S');
    child_ends(child);
}
END_TEST

START_TEST(an_inbox_is_occupied_while_a_signal_is_pending)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2};

    begin();
    for (size_t i = 0; i < 2; i++) {
        ck_assert(!inbox_is_occupied());
        ck_assert_int_eq(kill(getpid(), numbers[i]), 0);
        ck_assert(inbox_is_occupied());
        take();
    }
    ck_assert(!inbox_is_occupied());
}
END_TEST

START_TEST(inbox_take_waits_for_the_whole_timeout)
{
    const uint64_t timeout = 20 * NSEC_PER_MSEC;
    uint64_t before = monotonic_now();
    struct lane_signal signal = {.pid = 42};

    ck_assert_int_eq(inbox_take(timeout, &signal), 0);
    ck_assert_uint_ge(monotonic_now() - before, timeout);
    ck_assert_int_eq(signal.pid, 42);
}
END_TEST

/* ---- pidrefs ---- */

START_TEST(a_running_process_has_not_ended)
{
    pid_t child = child_stays(child_does_nothing);
    struct pidref pidref = open_pidref(child);

    ck_assert(!pidref_ended(&pidref));
    pidref_close(&pidref);
    ck_assert_int_eq(pidref.fd, -1);
    pidref_close(&pidref);
    child_ends(child);
}
END_TEST

START_TEST(a_zombie_has_ended)
{
    pid_t child = child_stays(child_does_nothing);
    struct pidref pidref = open_pidref(child);

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitid(P_PID, (id_t)child, NULL, WEXITED | WNOWAIT), 0);
    ck_assert(pidref_ended(&pidref));
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    pidref_close(&pidref);
}
END_TEST

START_TEST(nothing_can_be_sent_to_a_process_that_has_ended)
{
    pid_t child = child_stays(child_does_nothing);
    struct pidref pidref = open_pidref(child), other = PIDREF_NONE;

    child_ends(child);
    ck_assert(pidref_ended(&pidref));
    ck_assert_int_eq(pidref_send_bit(&pidref, LANE_THREAD, false), -ESRCH);
    ck_assert_int_eq(pidref_send_bit(&pidref, LANE_PROCESS, true), -ESRCH);
    ck_assert_int_eq(pidref_send_word(&pidref, 42), -ESRCH);
    ck_assert_int_eq(pidref_open(child, &other), -ESRCH);
    ck_assert_int_eq(other.fd, -1);
    pidref_close(&pidref);
}
END_TEST

static struct pidref foreign;

static void becomes_nobody_and_sends(void)
{
    ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
    ck_assert_int_eq(pidref_send_bit(&foreign, LANE_THREAD, false), -EPERM);
    ck_assert_int_eq(pidref_send_bit(&foreign, LANE_PROCESS, false), -EPERM);
    ck_assert_int_eq(pidref_send_word(&foreign, 42), -EPERM);
}

START_TEST(nothing_can_be_sent_to_a_process_of_another_user)
{
    foreign = open_pidref(test);
    child_acts(becomes_nobody_and_sends);
    expect_empty();
    pidref_close(&foreign);
}
END_TEST

/* ---- a PID that is used again ---- */

/*
 * Forks a child with this PID. That requires CAP_CHECKPOINT_RESTORE or root. The child only sleeps.
 * Either signal would kill it, so the test notices each signal that reaches it.
 */
static pid_t child_with_pid(pid_t pid)
{
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1};
    pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);

    if (child == 0)
        for (;;)
            pause();
    return child;
}

/* True if child_with_pid() works. Asserts nothing, since it is called before any test runs. */
static bool can_choose_pids(void)
{
    pid_t first = fork(), second;

    if (first == 0)
        _exit(EXIT_SUCCESS);
    waitpid(first, NULL, 0);
    second = child_with_pid(first);
    if (second > 0) {
        kill(second, SIGKILL);
        waitpid(second, NULL, 0);
    }
    return second > 0;
}

static void shield(bool up)
{
    sigset_t both;

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(up ? SIG_BLOCK : SIG_UNBLOCK, &both, NULL);
    signal(SIGUSR1, up ? SIG_IGN : SIG_DFL);
    signal(SIGUSR2, up ? SIG_IGN : SIG_DFL);
}

START_TEST(no_signal_reaches_a_later_process_with_the_same_pid)
{
    pid_t child = child_stays(child_does_nothing);
    struct pidref pidref = open_pidref(child);
    int status;

    child_ends(child);
    shield(false);
    ck_assert_int_eq(child_with_pid(child), child);
    shield(true);
    ck_assert_int_eq(pidref_send_bit(&pidref, LANE_THREAD, false), -ESRCH);
    ck_assert_int_eq(pidref_send_bit(&pidref, LANE_PROCESS, false), -ESRCH);
    ck_assert_int_eq(pidref_send_word(&pidref, 42), -ESRCH);
    ck_assert(pidref_ended(&pidref));
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
    pidref_close(&pidref);
}
END_TEST

/* Leaves out the tests that need root's rights or chosen PIDs where the test has neither. */
Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_bit_arrives_on_its_lane_with_its_sender,
        each_word_arrives_whole_with_its_sender,
        each_block_arrives_whole_on_its_lane_with_its_number_and_its_sender,
        a_block_on_each_lane_can_be_pending,
        four_signals_can_be_pending_and_come_in_the_order_of_their_slots,
        a_second_signal_in_a_slot_is_lost,
        a_strangers_kill_is_a_plain_signal_of_the_process_lane,
        a_strangers_queued_sigusr1_is_a_block,
        queued_signals_that_are_no_word_and_no_block_are_noise,
        only_a_first_signal_can_be_a_block,
        nobody_can_forge_a_plain_signal,
        the_limit_of_pending_signals_is_raised_to_its_hard_limit,
        an_inbox_cannot_be_opened_if_no_signal_may_be_pending,
        beyond_the_limit_a_thread_lane_signal_has_no_sender_and_is_noise,
        beyond_the_limit_a_process_lane_signal_still_names_its_sender,
        an_open_inbox_survives_both_signals_however_it_waits,
        an_inbox_can_be_watched_together_with_other_signals,
        a_process_that_sleeps_for_signals_is_shielded_from_them,
        an_inbox_is_occupied_while_a_signal_is_pending,
        inbox_take_waits_for_the_whole_timeout,
        a_running_process_has_not_ended,
        a_zombie_has_ended,
        nothing_can_be_sent_to_a_process_that_has_ended,
        NULL,
    };
    const TTest *const tests_of_root[] = {
        nothing_can_be_sent_to_a_process_of_another_user,
        NULL,
    };
    const TTest *const tests_with_pids[] = {
        no_signal_reaches_a_later_process_with_the_same_pid,
        NULL,
    };
    Suite *suite = suite_around("signals", tests, begin, NULL);

    if (geteuid() == 0)
        suite_add(suite, tests_of_root, begin, NULL);
    if (can_choose_pids())
        suite_add(suite, tests_with_pids, begin, NULL);
    return suite;
}
