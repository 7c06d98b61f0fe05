/* SPDX-License-Identifier: MIT */
/* programs.c - see programs.h */

#include "doctor/programs.h"

#include <errno.h>
#include <stdlib.h>

#include "doctor/notice.h"

void programs_init(struct programs *programs, const struct dialect *told)
{
    *programs = (struct programs){.told = told, .learning = LEARNING_NONE};
}

/* ---- programs ---- */

static bool are_same(const struct program_file *file, const struct program_file *other)
{
    return file->device == other->device && file->inode == other->inode &&
           file->written.tv_sec == other->written.tv_sec &&
           file->written.tv_nsec == other->written.tv_nsec;
}

static struct program *find(const struct programs *programs, const struct program_file *file)
{
    for (size_t i = 0; i < programs->count; i++)
        if (are_same(&programs->programs[i]->file, file))
            return programs->programs[i];
    return NULL;
}

struct program *programs_find(struct programs *programs, pid_t pid, int *ret_error)
{
    const struct program_file file = program_identify(pid);
    struct program *program = find(programs, &file);

    *ret_error = 0;
    if (program || programs->count == PROGRAMS_MAX)
        return program;
    program = calloc(1, sizeof *program);
    if (!program) {
        *ret_error = -ENOMEM;
        return NULL;
    }
    program->file = file;
    if (programs->told) {
        program->is_learnt = true;
        program->dialect = *programs->told;
    }
    programs->programs[programs->count++] = program;
    return program;
}

/* ---- what was learnt ---- */

/* The dialect is not known yet. Returns 0, or -ENOMEM. */
static int tell(struct program_recording *recording, const struct learner_result *result)
{
    if (result->verdict == LEARNER_UNKNOWN) {
        notice_unknown(recording->pid, recording->stream.count, NULL);
        return 0;
    }
    if (!result->has_one_reading)
        return notice_ambiguity(recording, result);
    recording->is_read = true;
    return notice_recording(recording, &result->dialects[0]);
}

/* The dialect is known: what was not certain before is certain now. Returns 0, or -ENOMEM. */
static int tell_all(struct program *program)
{
    int r = 0;

    notice_learnt(&program->dialect);
    for (size_t i = 0; i < program->count && r == 0; i++)
        if (!program->recordings[i].is_read)
            r = notice_recording(&program->recordings[i], &program->dialect);
    program_forget(program);
    return r;
}

/* Prints what was learnt from the recordings that are tried. Returns 0, or -ENOMEM. */
static int conclude(struct program *program, const struct learner_result *result)
{
    int r = 0;

    program_teach(program, result);
    if (program->is_learnt)
        return tell_all(program);
    while (program->told < program->tried && r == 0)
        r = tell(&program->recordings[program->told++], result);
    return r;
}

/* ---- learning ---- */

/* Learns in this process, which takes no signal meanwhile: there can be no child, or it was ended.
 */
static int learn(struct program *program)
{
    struct learner_result result;
    int r = program_learn(program, &result);

    if (r < 0)
        return r;
    program->tried = program->count;
    return conclude(program, &result);
}

/* Waits for the end of the learning, and prints what came of it. */
static int end(struct programs *programs)
{
    struct program *program = programs->pupil;
    struct learner_result result;
    int r = learning_end(&programs->learning, &result);

    programs->pupil = NULL;
    return r < 0 ? learn(program) : conclude(program, &result);
}

static struct program *find_new(const struct programs *programs)
{
    for (size_t i = 0; i < programs->count; i++)
        if (programs->programs[i]->tried < programs->programs[i]->count)
            return programs->programs[i];
    return NULL;
}

bool programs_has_new(const struct programs *programs)
{
    return !programs->pupil && find_new(programs);
}

int programs_begin(struct programs *programs)
{
    struct program *program = programs->pupil ? NULL : find_new(programs);

    if (!program)
        return 0;
    if (learning_begin(&programs->learning, program) < 0)
        return learn(program);
    program->tried = program->count;
    programs->pupil = program;
    return 0;
}

int programs_watch(const struct programs *programs)
{
    return programs->learning.answer;
}

int programs_look(struct programs *programs)
{
    return programs->pupil && learning_is_over(&programs->learning) ? end(programs) : 0;
}

int programs_settle(struct programs *programs)
{
    int r = 0;

    while (r == 0 && (programs->pupil || find_new(programs)))
        r = programs->pupil ? end(programs) : programs_begin(programs);
    return r;
}

int programs_record(struct programs *programs, struct program *program,
                    struct program_recording *recording)
{
    int r = program_is_full(program) ? programs_settle(programs) : 0;

    if (r == 0 && !program->is_learnt && recording->stream.count >= PROGRAM_SIGNALS_MIN) {
        program_add(program, recording);
        return 0;
    }
    if (r == 0 && program->is_learnt)
        r = notice_recording(recording, &program->dialect);
    else if (r == 0)
        notice_unknown(recording->pid, recording->stream.count, NULL);
    stream_free(&recording->stream);
    return r;
}

void programs_free(struct programs *programs)
{
    learning_stop(&programs->learning);
    for (size_t i = 0; i < programs->count; i++) {
        program_forget(programs->programs[i]);
        free(programs->programs[i]);
    }
    programs->count = 0;
}
