/* SPDX-License-Identifier: MIT */
/* printed.c - see printed.h */

#include "printed.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int output = -1; /* what standard output was before */
static int kept = -1;   /* the file that it is now */
static char *text;

void printed_begin(void)
{
    free(text);
    text = NULL;
    fflush(stdout);
    output = dup(STDOUT_FILENO);
    kept = memfd_create("printed", MFD_CLOEXEC);
    ck_assert_int_ge(output, 0);
    ck_assert_int_ge(kept, 0);
    ck_assert_int_eq(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
}

const char *printed_end(void)
{
    off_t size;

    ck_assert_int_eq(fflush(stdout), 0);
    ck_assert_int_eq(dup2(output, STDOUT_FILENO), STDOUT_FILENO);
    close(output);
    size = lseek(kept, 0, SEEK_END);
    ck_assert_int_ge(size, 0);
    text = calloc(1, (size_t)size + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(pread(kept, text, (size_t)size, 0), size);
    close(kept);
    return text;
}
