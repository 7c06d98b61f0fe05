/* SPDX-License-Identifier: MIT */
/* inbox.c - see inbox.h for its owner */

#include "host/inbox.h"

#include <errno.h>
#include <linux/time_types.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/monotonic.h"

/*
 * Octets in the kernel's sigset_t, with one bit for each signal. The sigset_t of glibc is larger.
 */
#define KERNEL_SIGSET_SIZE ((SIGRTMAX + 1) / 8)

/*
 * The call that takes a struct __kernel_timespec: 64 bits for each member. The old call of 32-bit
 * machines takes 32 bits for each, whatever the size of a time_t is.
 */
#ifdef SYS_rt_sigtimedwait_time64
#define SYS_TAKE SYS_rt_sigtimedwait_time64
#else
#define SYS_TAKE SYS_rt_sigtimedwait
#endif

static sigset_t both;

int inbox_open(void)
{
    struct rlimit limit;

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    if (sigprocmask(SIG_BLOCK, &both, NULL) < 0 || signal(SIGUSR1, SIG_IGN) == SIG_ERR ||
        signal(SIGUSR2, SIG_IGN) == SIG_ERR || getrlimit(RLIMIT_SIGPENDING, &limit) < 0)
        return -errno;
    if (limit.rlim_max == 0)
        return -EDQUOT;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_SIGPENDING, &limit) < 0 ? -errno : 0;
}

static void do_nothing(int number)
{
    (void)number;
}

void inbox_show_handlers(void)
{
    signal(SIGUSR1, do_nothing);
    signal(SIGUSR2, do_nothing);
}

void inbox_describe_block(enum lane lane, uint64_t octets, uint32_t number, siginfo_t *ret)
{
    uintptr_t value = (uintptr_t)octets;

    _Static_assert(sizeof value == BLOCK_OCTETS && sizeof value == sizeof ret->si_value, "");
    ret->si_signo = SIGUSR1;
    ret->si_code = lane == LANE_THREAD ? SI_QUEUE : SI_MESGQ;
    ret->si_errno = (int)number;
    memcpy(&ret->si_value, &value, sizeof value);
}

struct lane_signal inbox_classify(const siginfo_t *info)
{
    bool second = info->si_signo == SIGUSR2;
    enum lane lane = info->si_code == SI_TKILL ? LANE_THREAD : LANE_PROCESS;
    struct lane_signal signal = {
        .kind = SIGNAL_NOISE,
        .slot = slot_of(lane, second),
        .lane = lane,
        .bit = second,
        .pid = info->si_pid,
        .uid = info->si_uid,
    };

    /*
     * PID 0 means that the sender is in another PID namespace, or that the kernel had no room to
     * record the sender. In the second case SI_TKILL is lost, too, so the slot is unknown. The slot
     * of the thread is the safe choice: the barrier (barrier.h) concludes from a slot that all
     * slots before it were empty, and the thread's slots come first.
     */
    if (info->si_pid <= 0) {
        signal.slot = slot_of(LANE_THREAD, second);
        return signal;
    }
    if (info->si_code == SI_TKILL || info->si_code == SI_USER) {
        signal.kind = SIGNAL_PLAIN;
    } else if ((info->si_code == SI_QUEUE || info->si_code == SI_MESGQ) && !second) {
        /* The lane is a claim, so the slot is the safe choice here, too. */
        signal.kind = SIGNAL_BLOCK;
        signal.lane = info->si_code == SI_QUEUE ? LANE_THREAD : LANE_PROCESS;
        signal.slot = slot_of(LANE_THREAD, second);
        signal.block = (uintptr_t)info->si_value.sival_ptr;
        signal.number = (uint32_t)info->si_errno;
    } else if (info->si_code == SI_QUEUE && second) {
        signal.kind = SIGNAL_WORD;
        signal.word = (uint32_t)info->si_value.sival_int;
    }
    return signal;
}

int inbox_take(uint64_t timeout_ns, struct lane_signal *ret)
{
    struct __kernel_timespec timeout = {.tv_sec = (__kernel_time64_t)(timeout_ns / NSEC_PER_SEC),
                                        .tv_nsec = (long long)(timeout_ns % NSEC_PER_SEC)};
    siginfo_t info;

    if (syscall(SYS_TAKE, &both, &info, &timeout, KERNEL_SIGSET_SIZE) < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    *ret = inbox_classify(&info);
    return 1;
}

bool inbox_is_occupied(void)
{
    sigset_t pending;

    sigpending(&pending);
    return sigismember(&pending, SIGUSR1) || sigismember(&pending, SIGUSR2);
}

int inbox_watch(const sigset_t *others)
{
    sigset_t all;
    int fd;

    sigorset(&all, &both, others);
    fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}
