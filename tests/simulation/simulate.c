/* SPDX-License-Identifier: MIT */
/*
 * simulate.c - runs seeds of the simulation
 *
 * Without arguments, the program is a test. It shows that many seeds keep every promise, that
 * a seed replays exactly, and that some seed breaks a promise if any one rule is switched off.
 * With arguments, the program runs the given seeds:
 *
 *   --seeds=N       the number of seeds (1)
 *   --first=S       the first seed (1)
 *   --trace         print every event
 *   --without=RULE  switch this rule off
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define TEST_SEEDS 1500
#define FAULT_SEEDS 20000

/* Each fault has a name, the rule that it switches off, and a part of the failure's text. */
static const struct {
    const char *name;
    const char *rule;
    const char *broken;
} faults[] = {
    [FAULT_BLIND_REPEAT] = {"probing",
                            "after a probe timeout the sender sends a probe and repeats no bit",
                            "was taken for bit"},
    [FAULT_HASTY_SENDER] = {"sender-barrier", "a sender acts on a word only after the barrier",
                            "was taken for bit"},
    [FAULT_HASTY_DAEMON] = {"daemon-barrier", "the daemon acts on a word only after the barrier",
                            "was taken for bit"},
    [FAULT_ORDER_TRUSTED] = {"order", "a slot proves other slots empty only in the kernel's order",
                             "was taken for bit"},
    [FAULT_STALE_COUNTS] = {"nonce", "a sender drops a reply to an older probe",
                            "was taken for bit"},
    [FAULT_STRANGERS_TRUSTED] = {"strangers",
                                 "a sender accepts acks and replies only from the daemon",
                                 "was taken for bit"},
    [FAULT_ANY_NUMBER] = {"number", "the daemon takes a block only with the right number",
                          "was taken for a bit of process"},
    [FAULT_PID_IDENTITY] = {"pidfd", "a pidfd and not a PID identifies a process",
                            "was meant for an earlier process"},
    [FAULT_FORGETFUL_LOG] = {"log", "a confirmed message is in the log",
                             "was confirmed, but not logged"},
    [FAULT_CERTAINTY] = {"doubt",
                         "a sender that has sent all bits is not certain that the message is lost",
                         "was given up, but logged"},
    [FAULT_DOUBLE_LOG] = {"once", "a message is logged only once", "was logged twice"},
};

#define FAULTS (sizeof faults / sizeof faults[0])

struct plan {
    uint64_t first;
    uint64_t seeds;
    enum fault fault;
    bool trace;
};

/* Runs the seeds up to the first that breaks a promise. Returns true if no seed breaks one. */
static bool run_seeds(const struct plan *plan, struct world_counts *counts, uint64_t *ret_seed,
                      char *ret_failure, size_t size)
{
    for (uint64_t seed = plan->first; seed < plan->first + plan->seeds; seed++)
        if (!world_run(seed, plan->fault, plan->trace, counts, ret_failure, size)) {
            *ret_seed = seed;
            return false;
        }
    return true;
}

static void print_counts(uint64_t seeds, const struct world_counts *c)
{
    printf("# %" PRIu64 " seeds, %" PRIu64 " steps: %" PRIu64 " messages logged, %" PRIu64
           " confirmed, %" PRIu64 " refused, %" PRIu64 " senders outlived the daemon, %" PRIu64
           " gave up\n",
           seeds, c->steps, c->check.logged, c->check.confirmed, c->check.refused, c->check.ended,
           c->check.timed_out);
    printf("# %" PRIu64 " bits taken; %" PRIu64 " signals, %" PRIu64 " lost, %" PRIu64
           " stripped; %" PRIu64 " processes, %" PRIu64
           " with a used PID; longest quiet part %" PRIu64 " steps\n",
           c->check.bits, c->kernel.sent, c->kernel.lost, c->kernel.stripped, c->kernel.processes,
           c->kernel.reused, c->longest_quiet);
}

static bool run_plan(const struct plan *plan)
{
    struct world_counts counts = {0};
    char failure[256];
    uint64_t seed;

    if (run_seeds(plan, &counts, &seed, failure, sizeof failure)) {
        print_counts(plan->seeds, &counts);
        return true;
    }
    print_counts(seed - plan->first + 1, &counts);
    printf("# seed %" PRIu64 ": %s\n", seed, failure);
    return false;
}

/* ---- as a test ---- */

static unsigned test_number;
static bool test_failed;

static void report(bool ok, const char *what)
{
    printf("%sok %u - %s\n", ok ? "" : "not ", ++test_number, what);
    fflush(stdout);
    test_failed |= !ok;
}

static void test_promises(void)
{
    report(run_plan(&(struct plan){.first = 1, .seeds = TEST_SEEDS}), "every promise is kept");
}

static void test_replay(void)
{
    struct world_counts once = {0}, again = {0};
    char failure[256];

    world_run(1, FAULT_NONE, false, &once, failure, sizeof failure);
    world_run(1, FAULT_NONE, false, &again, failure, sizeof failure);
    report(memcmp(&once, &again, sizeof once) == 0, "a seed replays exactly");
}

/* Looks for a seed with which the fault breaks the promise that its check detects. */
static bool find_broken(enum fault fault, uint64_t *ret_seed, char *ret_failure, size_t size)
{
    struct world_counts counts = {0};

    for (uint64_t seed = 1; seed <= FAULT_SEEDS; seed++)
        if (!world_run(seed, fault, false, &counts, ret_failure, size) &&
            strstr(ret_failure, faults[fault].broken)) {
            *ret_seed = seed;
            return true;
        }
    return false;
}

static void test_fault(enum fault fault)
{
    char failure[256], what[256];
    uint64_t seed;
    bool is_seen = find_broken(fault, &seed, failure, sizeof failure);

    if (is_seen)
        printf("# --without=%s, seed %" PRIu64 ": %s\n", faults[fault].name, seed, failure);
    snprintf(what, sizeof what, "it matters that %s", faults[fault].rule);
    report(is_seen, what);
}

static int test(void)
{
    printf("1..%zu\n", 2 + FAULTS - 1);
    test_promises();
    test_replay();
    for (unsigned fault = FAULT_NONE + 1; fault < FAULTS; fault++)
        test_fault((enum fault)fault);
    return test_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- options ---- */

static int usage(void)
{
    fprintf(stderr, "usage: simulate [--seeds=N] [--first=S] [--trace] [--without=RULE]\nrules:");
    for (unsigned fault = FAULT_NONE + 1; fault < FAULTS; fault++)
        fprintf(stderr, " %s", faults[fault].name);
    fputc('\n', stderr);
    return EXIT_FAILURE;
}

static bool parse_number(const char *text, uint64_t *ret)
{
    char *end;

    *ret = strtoull(text, &end, 10);
    return end > text && *end == '\0';
}

static bool parse_rule(const char *text, enum fault *ret)
{
    for (unsigned fault = FAULT_NONE + 1; fault < FAULTS; fault++)
        if (strcmp(text, faults[fault].name) == 0) {
            *ret = (enum fault)fault;
            return true;
        }
    return false;
}

static bool parse(int argc, char **argv, struct plan *ret)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 's'},
        {"first", required_argument, NULL, 'f'},
        {"trace", no_argument, NULL, 't'},
        {"without", required_argument, NULL, 'w'},
        {0},
    };
    bool ok = true;
    int option;

    while (ok && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            ok = parse_number(optarg, &ret->seeds);
            break;
        case 'f':
            ok = parse_number(optarg, &ret->first);
            break;
        case 't':
            ret->trace = true;
            break;
        case 'w':
            ok = parse_rule(optarg, &ret->fault);
            break;
        default:
            return false;
        }
    }
    return ok && optind == argc;
}

int main(int argc, char **argv)
{
    struct plan plan = {.first = 1, .seeds = 1};

    if (argc == 1)
        return test();
    if (!parse(argc, argv, &plan))
        return usage();
    return run_plan(&plan) ? EXIT_SUCCESS : EXIT_FAILURE;
}
