/* SPDX-License-Identifier: MIT */
/*
 * cacheline.c - measures how far two CPUs are from each other
 *
 *   cacheline COUNT
 *
 * Two processes, each on a CPU of its own, pass a number in shared memory on to each other, COUNT
 * times in each direction. Prints the time for one direction, in nanoseconds. This is the time that
 * a cache line takes from one CPU to the other. On a virtual machine it changes whenever the host
 * moves a CPU. Prints 0 if the process may run on one CPU only.
 */

#include <err.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/monotonic.h"

/* The CPUs of the two processes: the first two that this process may use. */
static int choose_cpus(cpu_set_t ret[2])
{
    cpu_set_t all;
    int found = 0;

    if (sched_getaffinity(0, sizeof all, &all) < 0)
        err(EX_OSERR, "sched_getaffinity");
    for (size_t cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++)
        if (CPU_ISSET(cpu, &all)) {
            CPU_ZERO(&ret[found]);
            CPU_SET(cpu, &ret[found++]);
        }
    return found;
}

static void move_to(const cpu_set_t *cpu)
{
    if (sched_setaffinity(0, sizeof *cpu, cpu) < 0)
        err(EX_OSERR, "sched_setaffinity");
}

/*
 * Adds 1 to the number whenever it is the turn of this side, which is 0 for even numbers and 1 for
 * odd ones: from the turn with the number first on, and before the one with the number end.
 */
static void pass_on(atomic_ulong *number, unsigned side, unsigned long first, unsigned long end)
{
    for (unsigned long turn = first; turn < end; turn++) {
        while (atomic_load_explicit(number, memory_order_acquire) != 2 * turn + side)
            ;
        atomic_store_explicit(number, 2 * turn + side + 1, memory_order_release);
    }
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    cpu_set_t cpus[2];
    atomic_ulong *number;
    uint64_t start;
    int status;
    pid_t child;

    if (count == 0)
        errx(EX_USAGE, "usage: cacheline COUNT");
    if (choose_cpus(cpus) < 2) {
        puts("0");
        return 0;
    }
    number = mmap(NULL, sizeof *number, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (number == MAP_FAILED)
        err(EX_OSERR, "mmap");
    child = fork();
    if (child < 0)
        err(EX_OSERR, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        move_to(&cpus[1]);
        pass_on(number, 1, 0, count + 1);
        return 0;
    }
    move_to(&cpus[0]);
    pass_on(number, 0, 0, 1); /* the child may not yet run on its CPU */
    while (atomic_load(number) < 2)
        ;
    start = monotonic_now();
    pass_on(number, 0, 1, count + 1);
    printf("%" PRIu64 "\n", (monotonic_now() - start) / (2 * count));
    if (waitpid(child, &status, 0) != child || status != 0)
        errx(EX_SOFTWARE, "the other process failed");
    return 0;
}
