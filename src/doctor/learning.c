/* SPDX-License-Identifier: MIT */
/* learning.c - see learning.h */

#include "doctor/learning.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says, in one write(2). */
struct answer {
    int r; /* what program_learn() returned */
    struct learner_result result;
};

_Static_assert(sizeof(struct answer) <= PIPE_BUF, "pipe(7) takes it whole");

_Noreturn static void learn(const struct program *program, int answer)
{
    struct answer said = {0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    said.r = program_learn(program, &said.result);
    _exit(write(answer, &said, sizeof said) == sizeof said ? EXIT_SUCCESS : EXIT_FAILURE);
}

int learning_begin(struct learning *learning, const struct program *program)
{
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    child = fork();
    if (child == 0)
        learn(program, ends[1]);
    close(ends[1]);
    if (child < 0) {
        int r = -errno;

        close(ends[0]);
        return r;
    }
    *learning = (struct learning){.child = child, .answer = ends[0]};
    return 0;
}

bool learning_is_over(const struct learning *learning)
{
    struct pollfd answer = {.fd = learning->answer, .events = POLLIN};

    return poll(&answer, 1, 0) > 0;
}

static void reap(struct learning *learning)
{
    close(learning->answer);
    while (waitpid(learning->child, NULL, 0) < 0 && errno == EINTR)
        ;
    *learning = LEARNING_NONE;
}

int learning_end(struct learning *learning, struct learner_result *ret)
{
    struct answer said;
    ssize_t length;

    do
        length = read(learning->answer, &said, sizeof said);
    while (length < 0 && errno == EINTR);
    reap(learning);
    if (length != sizeof said)
        return -EIO;
    if (said.r == 0)
        *ret = said.result;
    return said.r;
}

void learning_stop(struct learning *learning)
{
    if (learning->answer < 0)
        return;
    kill(learning->child, SIGKILL);
    reap(learning);
}
