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

void program_identify(pid_t pid, dev_t *ret_device, ino_t *ret_inode)
{
    struct stat status = {0};
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    if (stat(path, &status) < 0)
        status = (struct stat){0};
    *ret_device = status.st_dev;
    *ret_inode = status.st_ino;
}

static void drop(struct program *program, size_t index)
{
    stream_free(&program->recordings[index].stream);
    program->count--;
    memmove(program->recordings + index, program->recordings + index + 1,
            (program->count - index) * sizeof program->recordings[0]);
}

void program_add(struct program *program, struct stream *stream, pid_t pid, bool is_doubtful)
{
    if (program->count == PROGRAM_RECORDINGS)
        drop(program, 0);
    program->recordings[program->count++] =
        (struct program_recording){.stream = *stream, .pid = pid, .is_doubtful = is_doubtful};
    *stream = (struct stream){0};
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
 * Drops a doubtful recording if the others have one dialect without it. Returns 0 with *ret, which
 * is kept if no recording is dropped; -ENOMEM.
 */
static int leave_one_out(struct program *program, struct learner_result *ret)
{
    for (size_t i = 0; i < program->count && program->count >= ENOUGH; i++) {
        struct learner_result result;
        int r;

        if (!program->recordings[i].is_doubtful)
            continue;
        r = learn(program, i, 0, &result);
        if (r < 0)
            return r;
        if (result.verdict == LEARNER_LEARNT) {
            drop(program, i);
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
 * Drops the last signal of each recording if one dialect explains the rest of them. Returns 0 with
 * *ret, which is kept if nothing is dropped; -ENOMEM.
 */
static int leave_last_out(struct program *program, struct learner_result *ret)
{
    struct learner_result result;
    int r = learn(program, NOBODY, 1, &result);

    if (r < 0)
        return r;
    if (result.verdict == LEARNER_LEARNT && !dialect_ends_by_silence(&result.dialects[0])) {
        for (size_t i = 0; i < program->count; i++)
            program->recordings[i].stream.count--;
        program->has_surplus = true;
        *ret = result;
    }
    return 0;
}

int program_learn(struct program *program, struct learner_result *ret)
{
    struct learner_result result;
    int r = learn(program, NOBODY, 0, &result);

    if (r == 0 && result.verdict == LEARNER_UNKNOWN)
        r = has_doubtful(program) ? leave_one_out(program, &result)
                                  : leave_last_out(program, &result);
    if (r < 0)
        return r;
    if (result.verdict == LEARNER_LEARNT) {
        program->is_learnt = true;
        program->dialect = result.dialects[0];
    }
    *ret = result;
    return 0;
}

void program_forget(struct program *program)
{
    while (program->count > 0)
        drop(program, 0);
}
