/* send-options.h - what the command line of minitalk-send asks for */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct send_options {
    pid_t pid;           /* 0: by pidfile */
    const char *pidfile; /* NULL: the system's, or the user's */
    bool user;
    bool whole;
    uint64_t timeout_ns;
    char **words; /* NULL: read standard input */
};

/* Reads the command line; ends the program where that is wrong, or where it asks for help. */
struct send_options send_options_parse(int argc, char **argv);
