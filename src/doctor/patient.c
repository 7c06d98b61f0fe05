/* SPDX-License-Identifier: MIT */
/* patient.c - see patient.h */

#include "doctor/patient.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "doctor/brake.h"
#include "host/procstat.h"

#define FIRST_MEMORY 4096u
#define PATH_SIZE 64u
/* The exit statuses of a shell that cannot execute a command, or does not find it. */
#define NOT_EXECUTED 126
#define NO_COMMAND 127

/* ---- start ---- */

/* Opens a terminal that changes no octet. Returns 0 with its two ends, or -errno. */
static int open_terminal(int *ret_master, int *ret_slave)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1, error;
    struct termios modes;
    char path[PATH_SIZE];

    if (master < 0)
        return -errno;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, path, sizeof path) == 0)
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0 && tcgetattr(slave, &modes) == 0) {
        cfmakeraw(&modes);
        if (tcsetattr(slave, TCSANOW, &modes) == 0 && fcntl(master, F_SETFL, O_NONBLOCK) == 0) {
            *ret_master = master;
            *ret_slave = slave;
            return 0;
        }
    }
    error = errno;
    if (slave >= 0)
        close(slave);
    close(master);
    return -error;
}

void patient_stay_on(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (cpu < 0 || i == (size_t)cpu)
            CPU_SET(i, &set);
    (void)sched_setaffinity(0, sizeof set, &set); /* then it stays where it may run now */
}

void patient_reset_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int execute(const struct patient_order *order)
{
    const char *words[6] = {"sh", "-c", NULL, "sh", order->arguments[0], NULL};
    char *line;

    if (order->arguments[0])
        words[5] = order->arguments[1];
    if (asprintf(&line, "exec %s \"$@\"", order->command) < 0)
        return NO_COMMAND;
    words[2] = line;
    patient_reset_signals();
    execl("/bin/sh", words[0], words[1], words[2], words[3], words[4], words[5], (char *)NULL);
    free(line);
    return NO_COMMAND;
}

static void end_at_once(int number)
{
    (void)number;
    _exit(0);
}

/* The caller of this program may have blocked SIGTERM. */
static void expect_end(void)
{
    sigset_t term;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    signal(SIGTERM, end_at_once);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
}

/* Lets a brake trace this process from here on. */
static void be_held(void)
{
    kill(getpid(), SIGSTOP);
    if (brake_prepare())
        return;
    dprintf(STDERR_FILENO, "seccomp(2) is forbidden\n");
    _exit(NO_COMMAND);
}

_Noreturn static void live(const struct patient_order *order, int slave)
{
    int nothing = open("/dev/null", O_RDWR);

    setpgid(0, order->group);
    dup2(nothing, STDIN_FILENO);
    dup2(slave, STDOUT_FILENO);
    dup2(slave, STDERR_FILENO);
    if (order->is_held)
        be_held();
    if (order->command)
        _exit(execute(order));
    expect_end();
    _exit(order->run(order->context));
}

int patient_start(const struct patient_order *order, struct patient *ret)
{
    struct patient patient = {.is_own = !order->command};
    int slave = -1, r = open_terminal(&patient.terminal, &slave);

    if (r < 0)
        return r;
    fflush(stdout);
    patient.pid = fork();
    if (patient.pid == 0)
        live(order, slave);
    r = patient.pid < 0 ? -errno : 0;
    close(slave);
    if (r < 0) {
        close(patient.terminal);
        return r;
    }
    setpgid(patient.pid, order->group); /* so that it is true at once on both sides */
    *ret = patient;
    return 0;
}

void patient_free(struct patient *patient)
{
    if (patient->terminal >= 0)
        close(patient->terminal);
    free(patient->output);
    *patient = PATIENT_NONE;
}

/* ---- life ---- */

/* Makes room for one more octet and a NUL, and writes this NUL. */
static int grow(struct patient *patient)
{
    size_t size = patient->allocated == 0 ? FIRST_MEMORY : 2 * patient->allocated;
    char *output;

    if (patient->allocated - patient->length > 1)
        return 0;
    output = realloc(patient->output, size);
    if (!output)
        return -ENOMEM;
    output[patient->length] = '\0';
    patient->output = output;
    patient->allocated = size;
    return 0;
}

static int read_terminal(struct patient *patient)
{
    while (patient->terminal >= 0) {
        int r = grow(patient);
        ssize_t n;

        if (r < 0)
            return r;
        n = read(patient->terminal, patient->output + patient->length,
                 patient->allocated - patient->length - 1);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        /* EIO: no process has the other end any more (pty(7)). */
        if (n <= 0) {
            close(patient->terminal);
            patient->terminal = -1;
            return 0;
        }
        patient->length += (size_t)n;
        patient->output[patient->length] = '\0';
    }
    return 0;
}

int patient_look(struct patient *patient)
{
    if (!patient->has_ended && waitpid(patient->pid, &patient->status, WNOHANG) == patient->pid)
        patient->has_ended = true;
    return read_terminal(patient);
}

/* A newline in the output that the text does not have is passed over, but not before the text. */
static bool begins_with(const char *output, const char *end, const char *text)
{
    const char *next = text;

    while (*next && output < end) {
        if (*output == *next)
            next++;
        else if (*output != '\n' || next == text)
            return false;
        output++;
    }
    return !*next;
}

bool patient_has_printed(const struct patient *patient, size_t from, const char *text)
{
    const char *end = patient->output ? patient->output + patient->length : NULL;

    if (patient->length < from || !end)
        return false;
    for (const char *at = patient->output + from; at < end; at++)
        if (begins_with(at, end, text))
            return true;
    return !*text;
}

void patient_first_line(const struct patient *patient, char *ret, size_t size)
{
    const char *output = patient->output ? patient->output : "";

    snprintf(ret, size, "%.*s", (int)strcspn(output, "\r\n"), output);
}

bool patient_is_unstarted(const struct patient *patient)
{
    return patient->has_ended && WIFEXITED(patient->status) &&
           (WEXITSTATUS(patient->status) == NOT_EXECUTED ||
            WEXITSTATUS(patient->status) == NO_COMMAND);
}

void patient_signal(const struct patient *patient, int signal)
{
    if (!patient->has_ended)
        kill(-getpgid(patient->pid), signal);
}

void patient_end(const struct patient *patient)
{
    if (patient->has_ended)
        return;
    if (!patient->is_own) {
        patient_signal(patient, SIGKILL);
        return;
    }
    kill(patient->pid, SIGTERM);
    kill(patient->pid, SIGCONT);
}

/* Returns the number behind this label, or 0 if the line has another one. */
static uint64_t number_behind(const char *line, const char *label)
{
    return strncmp(line, label, strlen(label)) == 0 ? strtoull(line + strlen(label), NULL, 10) : 0;
}

/*
 * Returns the sum of the numbers behind these labels in /proc/PID/status; 0 if the process has
 * ended. NULL is behind the last label.
 */
static uint64_t sum_of(pid_t pid, const char *const *labels)
{
    uint64_t sum = 0;
    char path[PATH_SIZE], line[256];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        for (const char *const *label = labels; *label; label++)
            sum += number_behind(line, *label);
    fclose(file);
    return sum;
}

uint64_t patient_turns(pid_t pid)
{
    static const char *const labels[] = {
        "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:", NULL};

    return sum_of(pid, labels);
}

uint64_t patient_sleeps(pid_t pid)
{
    static const char *const labels[] = {"voluntary_ctxt_switches:", NULL};

    return sum_of(pid, labels);
}

uint64_t patient_work(pid_t pid)
{
    char line[256];

    return procstat_text(pid, "schedstat", line, sizeof line) < 0 ? 0 : strtoull(line, NULL, 10);
}

pid_t patient_parent(pid_t pid)
{
    static const char *const labels[] = {"PPid:", NULL};

    return (pid_t)sum_of(pid, labels);
}
