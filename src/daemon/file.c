/* SPDX-License-Identifier: MIT */
/*
 * file.c - the sink that appends each message to a file
 *
 * What a failed write leaves is taken back. This needs a file to which nobody else appends, so a
 * lock keeps other daemons out. The lock is one of fcntl(2), which only those can take who may
 * write to the file. Those who may only read it could take one of flock(2), and so keep the daemon
 * from starting.
 *
 * The file can be moved away at any time, and the daemon goes on writing to it until it is told to
 * open the path anew. A file that was removed is different, because its messages would be lost: the
 * next message goes to a new file at the path.
 *
 * Records go into the file, too.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "daemon/tail.h"
#include "host/descriptors.h"
#include "host/regular.h"

/* Before the umask: a log may be read by a group, as those of other daemons. */
#define MODE 0640

#define ROOT 0

const char *file_reason(int error)
{
    switch (error) {
    case EINVAL:
        return "it is not a regular file";
    case EPERM:
        return "it belongs to another user";
    case EMLINK:
        return "it has more than one name (hard links)";
    case EEXIST:
        return "another process holds the lock on it";
    case EBADMSG:
        return "it has other contents than whole entries of this format";
    default:
        return strerror(error);
    }
}

/* ---- opening ---- */

static int lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
        return 0;
    return errno == EAGAIN || errno == EACCES ? -EEXIST : -errno;
}

/*
 * Opens the file at the path, and closes the one before, if any. Returns 0; or -errno as
 * file_open(), and then the file before stays open.
 */
static int reopen_file(struct sink *sink)
{
    bool is_torn = false;
    int fd = regular_open_or_create(AT_FDCWD, sink->path, O_RDWR | O_APPEND, sink->mode);
    int r;

    if (fd < 0)
        return fd;
    /* The daemon's own lock on this file would keep it out. */
    if (sink->fd >= 0 && descriptors_share_file(fd, sink->fd)) {
        close(fd);
        return 0;
    }
    r = regular_require_own(fd, ROOT);
    if (r == 0)
        r = lock(fd);
    if (r == 0)
        r = sink->format->has_lines ? tail_find_line(fd, &is_torn) : tail_cut_entry(fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    if (sink->fd >= 0)
        close(sink->fd);
    sink->fd = fd;
    sink->is_torn = is_torn;
    return 0;
}

/* ---- writing ---- */

/* Returns 0, or -errno as the operation write of a sink. */
static int append(struct sink *sink, struct stream *stream)
{
    struct stat stat;
    int r = fstat(sink->fd, &stat) < 0 ? -errno : 0;

    if (r == 0 && stat.st_nlink == 0)
        r = reopen_file(sink);
    if (r == 0)
        r = stream_write(sink->fd, stream, &sink->is_torn);
    /* A regular file is never full for the moment only: there is nothing to wait for. */
    return r == -EINPROGRESS ? stream_abandon(sink->fd, stream, &sink->is_torn, -EAGAIN) : r;
}

static int write_file(struct sink *sink)
{
    return append(sink, &sink->stream);
}

static int poll_file(const struct sink *sink)
{
    (void)sink;
    return 0;
}

static int record_file(struct sink *sink, enum record record, const struct credentials *about,
                       const char *text)
{
    struct stream stream;

    stream_begin_record(&stream, sink->format, record, about, text);
    return append(sink, &stream);
}

static const struct sink_ops file_ops = {
    .write = write_file,
    .poll = poll_file,
    .record = record_file,
    .reopen = reopen_file,
};

/* The daemon changes its working directory, and opens the file again later. */
static char *make_absolute(const char *path)
{
    char *directory, *ret = NULL;

    if (path[0] == '/')
        return strdup(path);
    directory = get_current_dir_name();
    if (directory && asprintf(&ret, "%s/%s", directory, path) < 0)
        ret = NULL;
    free(directory);
    return ret;
}

/* The daemon changes its umask, too. */
static mode_t mode_of_user(void)
{
    mode_t mask = umask(0777);

    umask(mask);
    return MODE & ~mask;
}

int file_open(const char *path, const struct format *format, struct sink *ret)
{
    struct sink sink = {
        .ops = &file_ops,
        .format = format,
        .name = "the log file",
        .wants_origin = format->has_fields,
        .fd = -1,
    };
    int r;

    sink.path = make_absolute(path);
    if (!sink.path)
        return -errno;
    sink.mode = mode_of_user();
    r = reopen_file(&sink);
    if (r < 0) {
        free(sink.path);
        return r;
    }
    *ret = sink;
    return 0;
}
