/* SPDX-License-Identifier: MIT */
/* tail.c - see tail.h */

#include "daemon/tail.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/fields.h"
#include "protocol/frame.h"

int tail_find_line(int fd, bool *ret_is_torn)
{
    struct stat stat;
    char last = '\n';

    if (fstat(fd, &stat) < 0 || (stat.st_size > 0 && pread(fd, &last, 1, stat.st_size - 1) < 0))
        return -errno;
    *ret_is_torn = last != '\n';
    return 0;
}

/* ---- the Journal Export Format ---- */

enum item { ITEM_FIELD, ITEM_END_OF_ENTRY };

/* Reads a newline. Returns 0, or -errno as read_item(). */
static int read_newline(FILE *file)
{
    int octet = getc_unlocked(file);

    if (octet == EOF)
        return -ENODATA;
    return octet == '\n' ? 0 : -EBADMSG;
}

static int skip_text(FILE *file)
{
    int octet;

    do {
        octet = getc_unlocked(file);
    } while (octet != '\n' && octet != EOF);
    return octet == EOF ? -ENODATA : ITEM_FIELD;
}

static int skip_octets(FILE *file)
{
    uint64_t length;
    int r;

    if (fread(&length, sizeof length, 1, file) != 1)
        return -ENODATA;
    if (le64toh(length) > MESSAGE_MAX)
        return -EBADMSG;
    if (fseeko(file, (off_t)le64toh(length), SEEK_CUR) < 0)
        return -errno;
    r = read_newline(file);
    return r < 0 ? r : ITEM_FIELD;
}

/*
 * Reads a field or the end of an entry. Returns an item; -ENODATA if the file ends before the item
 * does; -EBADMSG if it is none; another -errno.
 */
static int read_item(FILE *file)
{
    for (unsigned length = 0; length <= FIELD_NAME_MAX; length++) {
        int octet = getc_unlocked(file);

        if (octet == EOF)
            return -ENODATA;
        if (octet == '\n')
            return length == 0 ? ITEM_END_OF_ENTRY : skip_octets(file);
        if (octet == '=')
            return length == 0 ? -EBADMSG : skip_text(file);
    }
    return -EBADMSG;
}

/* Sets *ret to the offset behind the last whole entry. Returns 0, or -errno as read_item(). */
static int find_whole(FILE *file, off_t *ret)
{
    int r;

    *ret = 0;
    while ((r = read_item(file)) >= 0)
        if (r == ITEM_END_OF_ENTRY)
            *ret = ftello(file);
    if (ferror(file))
        return -EIO;
    return r == -ENODATA ? 0 : r;
}

/* Returns true if the octets from this offset on begin as each entry of the daemon (entry.h). */
static bool begins_like_entry(int fd, off_t offset)
{
    static const char beginning[] = "__REALTIME_TIMESTAMP=";
    char octets[sizeof beginning - 1];
    ssize_t length = pread(fd, octets, sizeof octets, offset);

    return length >= 0 && memcmp(octets, beginning, (size_t)length) == 0;
}

/* Opens another descriptor of the file for reading. Returns NULL with errno. */
static FILE *open_copy(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "r");

    if (!file && copy >= 0)
        close(copy);
    return file;
}

int tail_cut_entry(int fd)
{
    FILE *file = open_copy(fd);
    struct stat stat;
    off_t whole;
    int r;

    if (!file)
        return -errno;
    rewind(file);
    r = find_whole(file, &whole);
    fclose(file);
    if (r < 0)
        return r;
    if (fstat(fd, &stat) < 0)
        return -errno;
    if (stat.st_size == whole)
        return 0;
    return begins_like_entry(fd, whole) && ftruncate(fd, whole) == 0 ? 0 : -EBADMSG;
}
