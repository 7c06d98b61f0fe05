/* sender.c - see sender.h */

#include "daemon/sender.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/peer.h"
#include "host/procstat.h"

struct sender {
    struct peer peer;
    sd_event_source *end;
    sender_end_handler on_end;
    void *owner;
    uid_t uid;
    struct origin origin;
    bool has_origin;
};

static int on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct sender *sender = userdata;

    (void)source, (void)fd, (void)events;
    return sender->on_end(sender->owner, sender);
}

static int watch(struct sender *sender, sd_event *event)
{
    struct procstat stat;
    int r = procstat_read(sender->peer.pid, &stat);

    if (r < 0)
        return r;
    /* Asked last, so that what /proc said was said of this process. */
    if (!stat.is_shielded || peer_ended(&sender->peer))
        return -EINVAL;
    sender->uid = stat.real_uid;
    r = sd_event_add_io(event, &sender->end, sender->peer.fd, EPOLLIN, on_end, sender);
    return r < 0 ? r : sd_event_source_set_exit_on_failure(sender->end, true);
}

int sender_new(sd_event *event, pid_t pid, sender_end_handler handler, void *owner,
               struct sender **ret)
{
    struct sender *sender;
    int r;

    if (pid == getpid())
        return -EINVAL;
    sender = calloc(1, sizeof *sender);
    if (!sender)
        return -ENOMEM;
    sender->peer = PEER_NONE;
    sender->on_end = handler;
    sender->owner = owner;
    r = peer_open(pid, &sender->peer);
    if (r >= 0)
        r = watch(sender, event);
    if (r < 0) {
        sender_free(sender);
        return r;
    }
    *ret = sender;
    return 0;
}

void sender_free(struct sender *sender)
{
    sd_event_source_unref(sender->end);
    peer_close(&sender->peer);
    origin_free(&sender->origin);
    free(sender);
}

pid_t sender_pid(const struct sender *sender)
{
    return sender->peer.pid;
}

uid_t sender_user(const struct sender *sender)
{
    return sender->uid;
}

bool sender_has_ended(const struct sender *sender)
{
    return peer_ended(&sender->peer);
}

const struct origin *sender_origin(struct sender *sender)
{
    if (!sender->has_origin) {
        sender->has_origin = true;
        sender->origin = origin_read(sender->peer.pid);
        /* If it has ended by now, some of this may be said of another process. */
        if (peer_ended(&sender->peer))
            origin_free(&sender->origin);
    }
    return &sender->origin;
}

int sender_answer(const struct sender *sender, enum lane lane)
{
    return peer_send_bit(&sender->peer, lane, false);
}

int sender_tell(const struct sender *sender, uint32_t word)
{
    return peer_send_word(&sender->peer, word);
}
