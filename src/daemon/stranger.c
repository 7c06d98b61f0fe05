/* stranger.c - see stranger.h for why they are remembered */

#include "daemon/stranger.h"

static unsigned place_of(pid_t pid)
{
    return (unsigned)pid % STRANGERS;
}

void strangers_add(struct strangers *strangers, pid_t pid, uint64_t now)
{
    strangers->places[place_of(pid)].pid = pid;
    strangers->places[place_of(pid)].until = now + STRANGER_TIME;
}

bool strangers_have(const struct strangers *strangers, pid_t pid, uint64_t now)
{
    return strangers->places[place_of(pid)].pid == pid &&
           now < strangers->places[place_of(pid)].until;
}
