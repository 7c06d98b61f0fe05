/* SPDX-License-Identifier: MIT */
/* peer.c - see peer.h */

#include "daemon/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/account.h"
#include "host/procstat.h"

struct peer {
    struct pidref process;
    sd_event_source *end;
    peer_end_handler on_end;
    void *owner;
    uid_t uid, account;
    struct origin origin;
    bool has_origin;
};

static int on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct peer *peer = userdata;

    (void)source, (void)fd, (void)events;
    return peer->on_end(peer->owner, peer);
}

struct peer *peer_new_spare(void)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (peer)
        peer->process = PIDREF_NONE;
    return peer;
}

static int look(struct peer *peer, pid_t pid, struct procstat *ret)
{
    int r;

    if (pid == getpid())
        return -EINVAL;
    r = pidref_open(pid, &peer->process);
    return r < 0 ? r : procstat_read(pid, ret);
}

/*
 * Must be called after all that was read from /proc: if the process has not ended by now, /proc has
 * described this process, and no later one with the same PID.
 */
static int check(const struct peer *peer, const struct procstat *stat)
{
    return stat->is_shielded && !pidref_ended(&peer->process) ? 0 : -EINVAL;
}

static int watch(struct peer *peer, sd_event *event)
{
    int r = sd_event_add_io(event, &peer->end, peer->process.fd, EPOLLIN, on_end, peer);

    return r < 0 ? r : sd_event_source_set_exit_on_failure(peer->end, true);
}

int peer_new(sd_event *event, struct subids *subids, pid_t pid, peer_end_handler handler,
             void *owner, struct peer **ret)
{
    struct peer *peer = peer_new_spare();
    struct procstat stat;
    int r;

    if (!peer)
        return -ENOMEM;
    peer->on_end = handler;
    peer->owner = owner;
    r = look(peer, pid, &stat);
    if (r >= 0) {
        peer->uid = stat.real_uid;
        r = account_read(subids, pid, stat.real_uid, &peer->account);
    }
    if (r >= 0)
        r = check(peer, &stat);
    if (r >= 0)
        r = watch(peer, event);
    if (r < 0) {
        peer_free(peer);
        return r;
    }
    *ret = peer;
    return 0;
}

void peer_free(struct peer *peer)
{
    if (!peer)
        return;
    sd_event_source_unref(peer->end);
    pidref_close(&peer->process);
    origin_free(&peer->origin);
    free(peer);
}

int peer_open_spare(struct peer *peer, pid_t pid)
{
    struct procstat stat;
    int r = look(peer, pid, &stat);

    if (r >= 0)
        r = check(peer, &stat);
    if (r < 0)
        peer_close_spare(peer);
    return r;
}

void peer_close_spare(struct peer *peer)
{
    pidref_close(&peer->process);
}

const struct pidref *peer_process(const struct peer *peer)
{
    return &peer->process;
}

uid_t peer_user(const struct peer *peer)
{
    return peer->uid;
}

uid_t peer_account(const struct peer *peer)
{
    return peer->account;
}

const struct origin *peer_origin(struct peer *peer)
{
    if (!peer->has_origin) {
        peer->has_origin = true;
        peer->origin = origin_read(peer->process.pid);
        /* If the process has ended by now, parts of this may be those of another process. */
        if (pidref_ended(&peer->process))
            origin_free(&peer->origin);
    }
    return &peer->origin;
}
