/* SPDX-License-Identifier: MIT */
/* book.c - see book.h */

#include "book.h"

struct book book;

/*
 * Returns the user of a process. User 0 has many processes, the others have few. The next process
 * with the same PID may be another user's.
 */
static unsigned user_of(pid_t pid, unsigned generation)
{
    static const unsigned users[] = {3, 0, 0, 1, 1, 2, 0, 0};

    return users[((unsigned)pid + generation) % (sizeof users / sizeof users[0])];
}

struct peer *book_new_peer(pid_t pid)
{
    unsigned generation = book.processes[pid].generation;
    unsigned user = user_of(pid, generation);
    struct peer *peer;

    do {
        peer = &book.peers[book.next_peer];
        book.next_peer = (book.next_peer + 1) % BOOK_PEERS;
    } while (peer->is_open);
    *peer = (struct peer){.pid = pid,
                          .generation = generation,
                          .user = user,
                          .uid = BOOK_UID + user,
                          .is_open = true};
    return peer;
}

struct peer *book_session(pid_t pid)
{
    for (unsigned i = 0; i < BOOK_PEERS; i++)
        if (book.peers[i].is_session && book.peers[i].pid == pid)
            return &book.peers[i];
    return NULL;
}

bool book_takes_bits(const struct peer *peer)
{
    return peer->state == SESSION_OPEN || peer->is_invited;
}

bool book_is_mid_message(const struct peer *peer)
{
    return peer->state == SESSION_OPEN || peer->state == SESSION_COMMITTING;
}

bool book_is_idle(const struct peer *peer)
{
    return peer->is_session && !peer->is_new && !peer->is_invited && !book_is_mid_message(peer);
}

uid_t book_account(unsigned user)
{
    return user == BOOK_ROOT ? 0 : BOOK_ACCOUNT + user;
}

bool book_wants(const struct lane_signal *signal)
{
    if (!book.runner || book.runner->pid != signal->pid || !book_takes_bits(book.runner))
        return false;
    return signal->kind == SIGNAL_PLAIN ||
           (signal->kind == SIGNAL_BLOCK &&
            signal->number == book_index_on(book.runner, signal->lane));
}

uint64_t book_index_on(const struct peer *peer, enum lane lane)
{
    uint64_t taken = peer->is_invited ? 0 : peer->symbols;

    return lane == peer->count % LANES ? taken : taken + 1;
}

bool book_has_space(const struct peer *peer)
{
    return peer->state != SESSION_OPEN || peer->bits / 8 + 8 < BOOK_OCTETS;
}

struct reading book_read(const struct peer *peer)
{
    return reference_read(peer->octets, peer->bits / 8, book.message_limit);
}

bool book_expects_block(const struct peer *peer)
{
    const struct reading reading = book_read(peer);
    size_t got = peer->bits / 8 - (size_t)(reading.payload - peer->octets);

    return peer->state == SESSION_OPEN && !peer->is_invited && reading.block > 0 &&
           reading.has_length && got < reading.length + reading.fields_length;
}

bool book_is_gone(const struct peer *peer)
{
    const struct process *process = &book.processes[peer->pid];

    return process->has_ended || process->generation != peer->generation;
}
