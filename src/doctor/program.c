/* SPDX-License-Identifier: MIT */
/* program.c - see program.h */

#include "doctor/program.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* With fewer recordings, one that is left would have to prove its dialect alone. */
#define ENOUGH 3u
/* As an index: no recording. */
#define NOBODY SIZE_MAX

struct program_file program_identify(pid_t pid)
{
    struct stat status;
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    if (stat(path, &status) < 0)
        return (struct program_file){0};
    return (struct program_file){
        .device = status.st_dev, .inode = status.st_ino, .written = status.st_mtim};
}

/* Drops the oldest recording. */
static void drop(struct program *program)
{
    stream_free(&program->recordings[0].stream);
    program->count--;
    program->tried -= program->tried > 0;
    program->told -= program->told > 0;
    memmove(program->recordings, program->recordings + 1,
            program->count * sizeof program->recordings[0]);
}

bool program_is_full(const struct program *program)
{
    return program->count == PROGRAM_RECORDINGS && program->told == 0;
}

void program_add(struct program *program, const struct program_recording *recording)
{
    if (program->count == PROGRAM_RECORDINGS)
        drop(program);
    program->recordings[program->count++] = *recording;
}

/*
 * Learns from all recordings but the one at this index; none is left out if it is NOBODY. The last
 * signals of each do not count: so many, as surplus says.
 */
static int learn(const struct program *program, size_t left_out, size_t surplus,
                 struct learner_result *ret)
{
    struct recording recordings[PROGRAM_RECORDINGS];
    size_t count = 0;

    for (size_t i = 0; i < program->count; i++) {
        const struct program_recording *kept = &program->recordings[i];

        if (i == left_out)
            continue;
        recordings[count] = (struct recording){.signals = kept->stream.signals,
                                               .count = kept->stream.count - surplus,
                                               .pid = kept->pid};
        count++;
    }
    return learner_learn(recordings, count, ret);
}

/*
 * Leaves a doubtful recording out if the others have one dialect without it. Returns 0 with *ret,
 * which is kept if none is left out; -ENOMEM.
 */
static int leave_one_out(const struct program *program, struct learner_result *ret)
{
    for (size_t i = 0; i < program->count && program->count >= ENOUGH; i++) {
        struct learner_result result;
        int r = program->recordings[i].is_doubtful ? learn(program, i, 0, &result) : 0;

        if (r < 0)
            return r;
        if (program->recordings[i].is_doubtful && result.verdict == LEARNER_LEARNT) {
            *ret = result;
            return 0;
        }
    }
    return 0;
}

static bool has_doubtful(const struct program *program)
{
    for (size_t i = 0; i < program->count; i++)
        if (program->recordings[i].is_doubtful)
            return true;
    return false;
}

/*
 * Leaves the last signal of each recording out if one dialect explains the rest of them. Returns 0
 * with *ret, which is kept if nothing is left out; -ENOMEM.
 */
static int leave_last_out(const struct program *program, struct learner_result *ret)
{
    struct learner_result result;
    int r = learn(program, NOBODY, 1, &result);

    if (r < 0)
        return r;
    if (result.verdict == LEARNER_LEARNT && !dialect_ends_by_silence(&result.dialects[0]))
        *ret = result;
    return 0;
}

int program_learn(const struct program *program, struct learner_result *ret)
{
    struct learner_result result;
    int r = learn(program, NOBODY, 0, &result);

    if (r == 0 && result.verdict == LEARNER_UNKNOWN)
        r = leave_one_out(program, &result);
    if (r == 0 && result.verdict == LEARNER_UNKNOWN && !has_doubtful(program))
        r = leave_last_out(program, &result);
    if (r == 0)
        *ret = result;
    return r;
}

void program_teach(struct program *program, const struct learner_result *result)
{
    if (result->verdict != LEARNER_LEARNT)
        return;
    program->is_learnt = true;
    program->dialect = result->dialects[0];
    memcpy(program->dialect.answers, program->recordings[program->tried - 1].answers,
           sizeof program->dialect.answers);
}

void program_forget(struct program *program)
{
    while (program->count > 0)
        drop(program);
}
