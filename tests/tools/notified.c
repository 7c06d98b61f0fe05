/* SPDX-License-Identifier: MIT */
/*
 * notified.c - listens as a service manager does, and prints what a service tells it
 *
 *   notified SOCKET
 *
 * Each datagram (sd_notify(3)) is printed as its lines. Ends when it is ended, or with its parent.
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[4096];
    ssize_t length;
    int fd;

    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
        errx(EX_USAGE, "usage: notified SOCKET");
    memcpy(address.sun_path, argv[1], strlen(argv[1]));
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        err(EX_OSERR, "%s", argv[1]);
    setlinebuf(stdout);
    while ((length = recv(fd, text, sizeof text, 0)) >= 0)
        printf("%.*s\n", (int)length, text);
    err(EX_OSERR, "recv");
}
