/* SPDX-License-Identifier: MIT */
/*
 * patient.h - a process of an examination, and what it prints
 *
 * A patient has a terminal of its own (pty(7)), because many programs of the exercise print with
 * printf(3) and never flush: to a pipe, they would print nothing for long. The terminal changes no
 * octet. Standard input is empty. A patient has a process group of its own, or shares that of
 * another one, because a signal to PID 0 goes to the group.
 *
 * Policy: PIDs are those of the ward (ward.h), so none is used twice in one examination. Whoever
 * waits for one patient reads all of them, because a full terminal would stop its program.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct patient {
    pid_t pid;
    int terminal; /* -1 once it is closed */
    char *output; /* all that it has printed, with a NUL behind it */
    size_t length;
    size_t allocated;
    bool is_own; /* runs a function of this program, and no command */
    bool has_ended;
    int status; /* has_ended: as of wait(2) */
};

#define PATIENT_NONE ((struct patient){.terminal = -1, .has_ended = true})

struct patient_order {
    const char *command;      /* words for sh(1), to which the arguments are added; or NULL */
    const char *arguments[2]; /* NULL: absent */
    /* Called without a command; returns the exit status. SIGTERM ends it, or makes it return. */
    int (*run)(void *context);
    void *context;
    pid_t group;  /* a process group to enter, or 0 for one of its own */
    bool is_held; /* stops itself before it executes the command, so that a brake can trace it */
};

/* Starts a patient. Returns 0 with *ret, or -errno. */
int patient_start(const struct patient_order *order, struct patient *ret);

/* Sets the signals of this process to what a shell leaves a program. Commands start with these. */
void patient_reset_signals(void);

/* Frees what is kept of a patient. Its process must have ended. */
void patient_free(struct patient *patient);

/* Reads what a patient has printed, and notes if it has ended. Returns 0, or -ENOMEM. */
int patient_look(struct patient *patient);

/*
 * Returns true if the text is in the output, from the octet at index from on. Newlines may divide
 * it, because some servers print a long text as several lines.
 */
bool patient_has_printed(const struct patient *patient, size_t from, const char *text);

/* Writes the first line of the output, or as much of it as fits into size octets, with a NUL. */
void patient_first_line(const struct patient *patient, char *ret, size_t size);

/* Returns true if the shell could not start the program of a command. */
bool patient_is_unstarted(const struct patient *patient);

/* Signals all processes in the group of a patient. */
void patient_signal(const struct patient *patient, int signal);

/*
 * Tells a patient to end, also if it is stopped: a command with SIGKILL, and a function of this
 * program with SIGTERM, so that the function can finish what it does.
 */
void patient_end(const struct patient *patient);

/* Returns how often the process has begun to run, or 0 if it has ended. */
uint64_t patient_turns(pid_t pid);

/* Returns how often the process has gone to sleep, or 0 if it has ended. */
uint64_t patient_sleeps(pid_t pid);

/* Returns how long the process has run on a CPU, in nanoseconds, or 0 if that is not known. */
uint64_t patient_work(pid_t pid);

/* Returns the parent of the process, or 0 if it has ended. */
pid_t patient_parent(pid_t pid);

/* Keeps this process, and with it the patients that it starts, on this CPU; -1: on any of them. */
void patient_stay_on(int cpu);
