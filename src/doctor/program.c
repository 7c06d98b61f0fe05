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

/* Returns a recording as the learner takes it, without so many of its last signals. */
static struct recording recording_of(const struct program_recording *kept, size_t surplus)
{
    return (struct recording){
        .signals = kept->stream.signals, .count = kept->stream.count - surplus, .pid = kept->pid};
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

    for (size_t i = 0; i < program->count; i++)
        if (i != left_out)
            recordings[count++] = recording_of(&program->recordings[i], surplus);
    return learner_learn(recordings, count, ret);
}

/* Returns 1 if this recording may be left out of those that teach the dialect; 0; -ENOMEM. */
static int may_be_left_out(const struct program_recording *kept, const struct dialect *dialect)
{
    const struct recording recording = recording_of(kept, 0);

    return kept->is_doubtful ? 1 : learner_is_cut_off(dialect, &recording);
}

/*
 * Leaves a recording out if the others have one dialect without it, and if it is doubtful or was
 * cut off. Returns 0 with *ret, which is kept if none is left out; -ENOMEM.
 */
static int leave_one_out(const struct program *program, struct program_lesson *ret)
{
    for (size_t i = 0; i < program->count && program->count >= ENOUGH; i++) {
        const struct program_recording *recording = &program->recordings[i];
        struct learner_result result;
        int r = learn(program, i, 0, &result);

        if (r == 0 && result.verdict == LEARNER_LEARNT)
            r = may_be_left_out(recording, &result.dialects[0]);
        if (r < 0)
            return r;
        if (r > 0) {
            ret->result = result;
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
static int leave_last_out(const struct program *program, struct program_lesson *ret)
{
    struct learner_result result;
    int r = learn(program, NOBODY, 1, &result);

    if (r < 0)
        return r;
    if (result.verdict == LEARNER_LEARNT && !dialect_ends_by_silence(&result.dialects[0]))
        *ret = (struct program_lesson){.result = result, .has_surplus = true};
    return 0;
}

int program_learn(const struct program *program, struct program_lesson *ret)
{
    struct program_lesson lesson = {0};
    int r = learn(program, NOBODY, 0, &lesson.result);

    if (r == 0 && lesson.result.verdict == LEARNER_UNKNOWN)
        r = leave_one_out(program, &lesson);
    if (r == 0 && lesson.result.verdict == LEARNER_UNKNOWN && !has_doubtful(program))
        r = leave_last_out(program, &lesson);
    if (r == 0)
        *ret = lesson;
    return r;
}

void program_teach(struct program *program, const struct program_lesson *lesson)
{
    if (lesson->result.verdict != LEARNER_LEARNT)
        return;
    program->is_learnt = true;
    program->dialect = lesson->result.dialects[0];
    program->has_surplus = lesson->has_surplus;
    memcpy(program->dialect.answers, program->recordings[program->tried - 1].answers,
           sizeof program->dialect.answers);
}

void program_forget(struct program *program)
{
    while (program->count > 0)
        drop(program);
}
