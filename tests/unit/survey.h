/* SPDX-License-Identifier: MIT */
/* survey.h - the dialects of a survey of public programs, each in its text form (dialect.h) */
#pragma once

#include <stddef.h>

/* A program with a dialect that no other row has, or with other answers. */
extern const char *const survey[];
extern const size_t survey_count;
