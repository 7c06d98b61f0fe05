/* SPDX-License-Identifier: MIT */
/*
 * inverse.c - packing and unpacking are inverse to each other
 *
 * Each function calls the shipped functions, and its contract says what follows from theirs. The
 * functions are proved and never run.
 */

#include "protocol/leb128.h"
#include "protocol/word.h"

/*@ requires is_ask(probe.ask) && \valid(back);
    assigns *back;
    ensures \result && back->ask == probe.ask && back->nonce == probe.nonce; */
bool probe_there_and_back(struct probe probe, struct probe *back)
{
    return probe_unpack(probe_pack(probe), back);
}

/*@ requires is_code(reply.code) && \valid(back);
    assigns *back;
    ensures \result && back->code == reply.code && back->nonce == reply.nonce;
    ensures back->count == reply.count % WORD_COUNT_MODULUS; */
bool reply_there_and_back(struct reply reply, struct reply *back)
{
    return reply_unpack(reply_pack(reply), back);
}

/*@ assigns \nothing;
    ensures \result == word; */
uint32_t probe_back_and_there(uint32_t word)
{
    struct probe probe;

    return probe_unpack(word, &probe) ? probe_pack(probe) : word;
}

/*@ assigns \nothing;
    ensures \result == word; */
uint32_t reply_back_and_there(uint32_t word)
{
    struct reply reply;

    return reply_unpack(word, &reply) ? reply_pack(reply) : word;
}

/*@ requires \valid(octets + (0 .. LEB128_OCTETS - 1)) && \valid(back);
    requires \separated(octets + (0 .. LEB128_OCTETS - 1), back);
    assigns octets[0 .. LEB128_OCTETS - 1], *back;
    ensures \result && *back == value; */
bool leb128_there_and_back(uint8_t *octets, size_t value, size_t *back)
{
    size_t length = (size_t)(leb128_put(octets, value) - octets);
    enum leb128_status status = LEB128_MORE;
    struct leb128 number = {0};

    /*@ loop invariant number.octets < length ==>
          status == LEB128_MORE && number.value == value % power_of_128(number.octets);
        loop invariant number.octets == length ==>
          status == LEB128_WHOLE && number.value == value;
        loop invariant number.octets <= length;
        loop assigns number, status;
        loop variant length - number.octets; */
    while (number.octets < length)
        status = leb128_take(&number, octets[number.octets]);
    *back = number.value;
    return status == LEB128_WHOLE;
}
