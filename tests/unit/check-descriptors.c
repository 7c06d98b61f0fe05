/* check-descriptors.c - no file opened later is taken for a standard one */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "suite.h"

static bool is_null_device(int fd)
{
    struct stat stat, null;

    return fstat(fd, &stat) == 0 && fstatat(AT_FDCWD, "/dev/null", &null, 0) == 0 &&
           S_ISCHR(stat.st_mode) && stat.st_rdev == null.st_rdev;
}

/* Gives the test three pipes' ends, which are no null device, as its standard descriptors. */
static void open_standard(void)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        ck_assert_int_eq(dup2(fds[1], fd), fd);
}

/* Closes some of them, one for each bit of the mask, and keeps the rest. */
static void fill(unsigned closed)
{
    bool input, output;

    open_standard();
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (closed >> fd & 1)
            close(fd);
    ck_assert(descriptors_fill(&input, &output));
    ck_assert_int_eq(input, !(closed & 1));
    ck_assert_int_eq(output, !(closed & 2));
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        ck_assert_int_eq(is_null_device(fd), closed >> fd & 1);
}

START_TEST(each_closed_one_leads_to_the_null_device_and_the_others_stay)
{
    for (unsigned closed = 0; closed < 8; closed++)
        fill(closed);
}
END_TEST

START_TEST(where_they_cannot_be_filled_that_is_told)
{
    struct rlimit usual, none;
    bool input, output, is_filled;

    open_standard();
    close(STDOUT_FILENO);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    is_filled = descriptors_fill(&input, &output);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert(!is_filled);
    ck_assert(input);
    ck_assert(!output);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_closed_one_leads_to_the_null_device_and_the_others_stay,
        where_they_cannot_be_filled_that_is_told,
        NULL,
    };

    return suite_of("descriptors", tests);
}
