/* SPDX-License-Identifier: MIT */
/*
 * notified.c - receives notifications of a service, as a service manager does, and prints them
 *
 *   notified SOCKET
 *
 * Prints each datagram that comes to the socket (sd_notify(3)). Runs until it is killed or its
 * parent ends.
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
