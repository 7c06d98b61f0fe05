/* SPDX-License-Identifier: MIT */
/*
 * stream.h - messages as the signals of a dialect: encoding and strict decoding
 *
 * A signal is a bool here: false for SIGUSR1, true for SIGUSR2.
 *
 * Pure: it allocates memory, and does nothing else with the system.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "doctor/dialect.h"

/* Octets of the largest text: more than any program of the exercise takes in a reasonable time. */
#define STREAM_TEXT_MAX 1048576u

/* ---- decoding ---- */

enum stream_status {
    STREAM_MORE,    /* the message goes on */
    STREAM_MESSAGE, /* this signal was the last of a message */
    STREAM_WRONG,   /* this is no message of the dialect; the decoder must be freed */
    STREAM_FAILED,  /* out of memory; the same */
};

/* The parts of a message, in their order. Parts that the dialect does not have are passed over. */
enum stream_part { STREAM_HELLO, STREAM_PID, STREAM_LENGTH, STREAM_TEXT, STREAM_END, STREAM_DONE };

struct stream_decoder {
    const struct dialect *dialect; /* must outlive the decoder */
    pid_t pid;                     /* the sender, which a PID in the stream must name; 0: any */
    enum stream_part part;
    unsigned got;     /* bits of the current hello, number, character or end */
    uint64_t value;   /* their value */
    size_t expected;  /* octets of the text, if the dialect has a length */
    size_t taken;     /* signals of this message, 0 between two messages */
    uint8_t *text;    /* the text so far, or of the message that is complete */
    size_t length;    /* its octets, without the end */
    size_t allocated; /* octets of memory at text */
};

/* Begins a stream of messages from the process pid; 0 if that is unknown. */
void stream_decoder_init(struct stream_decoder *decoder, const struct dialect *dialect, pid_t pid);

/*
 * Takes the next signal. After STREAM_MESSAGE, text and length are the message until the next call,
 * and the next signal begins another message.
 */
enum stream_status stream_decoder_take(struct stream_decoder *decoder, bool signal);

/*
 * Tells the decoder that no more signals come: after a silence, or when the sender has ended.
 * Returns STREAM_MESSAGE if that ends a message, STREAM_MORE if no message had begun, and
 * STREAM_WRONG if the message is incomplete.
 */
enum stream_status stream_decoder_end(struct stream_decoder *decoder);

void stream_decoder_free(struct stream_decoder *decoder);

/*
 * Returns true if the last signal was the last one of a character, or of a whole octet of another
 * part. A server that answers each octet answers then.
 */
bool stream_decoder_is_at_octet(const struct stream_decoder *decoder);

/* ---- encoding ---- */

struct stream {
    bool *signals;
    size_t count;
    size_t allocated;
};

/*
 * Returns the signals of a message in *ret, which the caller passes to stream_free(). pid is that
 * of the sender. Returns 0; -EILSEQ if the dialect cannot say the text, for example because its end
 * is in the text; -EMSGSIZE if the text is larger than STREAM_TEXT_MAX; -ENOMEM.
 */
int stream_encode(const struct dialect *dialect, pid_t pid, const uint8_t *text, size_t length,
                  struct stream *ret);

/* Adds a signal at the end. Returns 0, or -ENOMEM. */
int stream_add(struct stream *stream, bool signal);

void stream_free(struct stream *stream);
