/* SPDX-License-Identifier: MIT */
/*
 * theorem.c - both ends of the protocol with an abstract channel, for a proof with Frama-C
 *
 * Each function is a step that the world can take. Its contract says that the step keeps the
 * invariant (is_sound). The steps call the shipped functions by their contracts, which are proved
 * on their own. README.md lists the assumptions.
 *
 * Probes have serials, in the order of time:
 *
 *     start    resume .. | start  start .. | resume ..    bits ..    resume      resume ..
 *     started            | first           | resumes                 resume_from     serial
 *                '------------------------- asked ---------------------------'
 *     the message before | this message
 *
 * asked moves from started to serial. While the sender starts, resume_from is first and resumes is
 * serial + 1. While it sends bits, resume_from is serial + 1. A message that is turned back begins
 * again with a new first probe.
 *
 * Bits have an index in the session, which counts the bits of all messages:
 *
 *     taken .. | waiting, held or lost; at most 2 | not sent yet ..
 *     began    d.arq.count                        began + s.next      began + s.total
 */
#include "protocol/session.h"

#define PLACES 4
#define NONCES 65536
#define LARGEST 0x2000000000000000

/* A word of the daemon. */
struct told {
    struct reply reply;
    uint64_t serial; /* of the probe that it answers: the nonce without a modulus */
    uint64_t count;  /* the count without a modulus */
};

/* ---- the sender and its message ---- */

static struct arq_sender s;
static uint64_t message;     /* its number */
static uint64_t began;       /* the receiver's count at its first bit */
static uint64_t started;     /* serial of the newest probe to start of the messages before */
static uint64_t first;       /* of the first probe of this message */
static uint64_t resumes;     /* from this serial on, its probes ask to resume */
static uint64_t resume_from; /* of the first probe since the sender last sent bits */
static uint64_t serial;      /* of the newest probe */
static bool is_dead;         /* its process has ended: it takes no step any more */

/* ---- the channel ---- */

/* The sender's bits that wait in the four places of the daemon: lane 0, then lane 1. */
static bool is_full[PLACES];
static uint64_t at[PLACES];    /* the bit's index in the session */
static uint64_t since[PLACES]; /* the newest probe when the bit was sent */

static bool ack[LANES]; /* an ack waits for the sender */

/* Any two words of the daemon: what holds for these holds for all. */
static struct told word0, word1;

/* ---- the daemon's session ---- */

static struct session d;
static uint64_t held_at[LANES]; /* the index in the session of a bit that it holds */
static uint64_t asked;          /* serial of the newest probe that the daemon has acted on */
static bool is_forged;          /* a forged probe came after it */
static bool is_limited;         /* the answer to that probe was a refusal to start */
static bool is_turned_back;     /* the daemon has told this message the verdict on the one before */

/*@
  // Bit number index of a message.
  axiomatic contents { logic boolean content(integer message, integer index); }

  // The daemon has told the sender to go: the sender sends bits, or asks how many arrived.
  predicate is_sending =
    s.phase == ARQ_SENDING || s.phase == ARQ_RESUMING;

  // The message is refused, and the sender may send the next one.
  predicate is_refused =
    s.phase == ARQ_REFUSED && arq_is_lasting(s.refusal) && s.refusal != REPLY_COMMITTED;

  // The conversation has ended without a statement about the message: the refusal is STOPPING,
  // OUT_OF_STEP or FORGOTTEN. No step of this session follows. After FORGOTTEN, the daemon
  // does not have the session. A further message begins a new session, as in connect().
  predicate is_over = s.phase == ARQ_REFUSED && !is_refused;

  // No bit is between the two ends: none waits in a place, and the daemon holds none.
  predicate is_quiet =
    !is_full[0] && !is_full[1] && !is_full[2] && !is_full[3] &&
    !d.arq.held[0] && !d.arq.held[1];

  // The daemon takes a bit: of the message under way, or the first one of an invited message.
  predicate takes_bits = d.state == SESSION_OPEN || d.is_invited;

  // The daemon has no message under way.
  predicate is_settled =
    d.state == SESSION_IDLE || d.state == SESSION_COMMITTED || d.state == SESSION_REFUSED;

  // ---- the sender's probes ----

  // A message has at least one bit, and no count or index overflows.
  predicate numbers_are_sound =
    0 < s.total <= LARGEST && began <= LARGEST && d.arq.count <= 2 * LARGEST &&
    s.phase <= ARQ_REFUSED && arq_is_valid(s) && s.base < WORD_COUNT_MODULUS;

  // A nonce is the serial of its probe, modulo 65,536.
  predicate nonces_are_sound =
    first <= serial <= LARGEST && s.nonce == serial % NONCES &&
    s.first_nonce == first % NONCES;

  // A sender that starts has not asked to resume. One that sends bits has asked nothing since the
  // last bit. One that resumes has asked to resume since the last bit.
  predicate probes_are_sound =
    resume_from <= serial + 1 && first <= resumes <= serial + 1 &&
    (s.phase == ARQ_SENDING ==> !s.probe_due && resume_from == serial + 1) &&
    (s.phase == ARQ_RESUMING ==> resume_from <= serial && resumes <= serial) &&
    (s.phase == ARQ_STARTING ==> resumes == serial + 1);

  predicate sender_is_sound = numbers_are_sound && nonces_are_sound && probes_are_sound;

  // ---- the sender's bits ----

  // A sender that starts has sent no bit. Its message will begin at the daemon's count.
  predicate start_is_sound =
    s.phase == ARQ_STARTING ==>
      s.next == 0 && !s.in_flight[0] && !s.in_flight[1] && began == d.arq.count;

  // The daemon has taken all bits that were sent, but for the newest two at most.
  predicate window_is_sound =
    is_sending ==> s.base == began % WORD_COUNT_MODULUS &&
      began <= d.arq.count <= began + s.next <= d.arq.count + LANES;

  predicate bits_are_sound = start_is_sound && window_is_sound;

  // ---- a lane ----

  // If the sender waits for no ack, the daemon has taken the newest bit of the lane.
  predicate acked_is_sound(integer lane) =
    is_sending && !s.in_flight[lane] && arq_newest(s, lane) >= 0 ==>
      began + arq_newest(s, lane) < d.arq.count;

  // The bit with this index is the one in flight on its lane, and is not taken yet.
  predicate is_due(integer lane, integer index) =
    s.in_flight[lane] && index == began + arq_newest(s, lane) && index >= d.arq.count;

  // A bit that waits in a place was sent before each probe that the sender has open. If its message
  // is under way, the bit is the one in flight, the daemon does not hold it as well, and the place
  // is that of its value.
  predicate place_is_sound(integer lane, integer place) =
    is_full[place] ==> since[place] <= serial &&
      (s.phase == ARQ_STARTING ==> since[place] < first) &&
      (is_sending ==> since[place] < resume_from && is_due(lane, at[place]) &&
         !d.arq.held[lane] &&
         (content(message, at[place] - began) <==> place % 2 == 1));

  // At most one bit waits on a lane.
  predicate is_single(integer lane) =
    is_sending ==> !(is_full[2 * lane] && is_full[2 * lane + 1]);

  // A bit that the daemon holds is the one in flight, with its value, and the daemon takes bits.
  predicate held_is_sound(integer lane) =
    d.arq.held[lane] && !is_over ==> is_sending && takes_bits && is_due(lane, held_at[lane]) &&
      (content(message, held_at[lane] - began) <==> d.arq.symbol[lane].value == 1);

  // An ack that waits is that of the newest bit of its lane, which the daemon has taken.
  predicate ack_is_sound(integer lane) =
    ack[lane] && !is_over ==> is_sending && s.in_flight[lane] &&
      began + arq_newest(s, lane) < d.arq.count;

  predicate lane_is_sound(integer lane) =
    acked_is_sound(lane) && place_is_sound(lane, 2 * lane) &&
    place_is_sound(lane, 2 * lane + 1) && is_single(lane) && held_is_sound(lane) &&
    ack_is_sound(lane);

  // ---- the daemon and the probes ----

  // The daemon has acted on all probes to start.
  predicate starts_are_done = asked + 1 >= resumes;

  // The daemon has acted on all probes that were sent before the newest bit.
  predicate probes_are_done = asked + 1 >= resume_from;

  // The daemon has acted on no probe that is still to be sent, and on all probes to start of the
  // messages before. When the sender has been told to go or has a verdict, the daemon has acted on
  // all probes to start of this message, too. A reply carries the nonce of the newest probe acted
  // on, which may be a forged one.
  predicate asked_is_sound =
    asked <= serial && (!is_forged ==> d.nonce == asked % NONCES) &&
    (arq_waits(s) && s.probe_due ==> asked < serial) &&
    started <= asked && started < first &&
    (is_sending || s.phase == ARQ_COMMITTED || is_refused ==>
      starts_are_done && asked >= first);

  // After the daemon has acted on an open probe to resume, no bit is between the ends. While the
  // sender starts, only bits of a refused message are: the daemon will not take them, and has acted
  // on no probe of this message yet.
  predicate quiet_is_sound =
    (s.phase == ARQ_RESUMING && asked >= resume_from ==> is_quiet) &&
    (s.phase == ARQ_STARTING ==> is_quiet ||
       (d.state == SESSION_REFUSED && !d.is_invited && asked < first));

  // A message that was refused its start is not invited.
  predicate limited_is_sound =
    s.phase == ARQ_STARTING && is_limited && !is_forged ==> !d.is_invited;

  // After the daemon has repeated the verdict on the message before, no bit of this one is sent or
  // taken until the sender has heard that verdict. Only a forged probe may invite a message then.
  predicate turned_back_is_sound =
    is_turned_back ==> s.phase == ARQ_RESUMING && d.arq.count == began && is_quiet &&
      asked >= resume_from && (is_forged || !d.is_invited) &&
      (d.state == SESSION_COMMITTED || d.state == SESSION_REFUSED);

  // ---- the daemon and the message ----

  // A refusal has a reason. While the sender starts, the daemon has no message under way. The first
  // message of a session is invited before its bits are sent.
  predicate state_is_sound =
    session_is_sound(d) && d.state <= SESSION_REFUSED &&
    (d.state == SESSION_REFUSED ==>
      arq_is_lasting(d.refusal) && d.refusal != REPLY_COMMITTED) &&
    (s.phase == ARQ_STARTING ==> is_settled) &&
    (is_sending && d.state == SESSION_IDLE ==> d.is_invited);

  // When some bits of the message are taken, but not all, it is open. When all are taken, it is
  // being committed or is committed. Or it is refused, and no message is invited.
  predicate taking_is_sound =
    is_sending && d.arq.count > began ==>
      (d.state == SESSION_OPEN && d.arq.count < began + s.total) ||
      ((d.state == SESSION_COMMITTING || d.state == SESSION_COMMITTED) &&
         d.arq.count == began + s.total) ||
      (d.state == SESSION_REFUSED && !d.is_invited);

  // While no bit of this message is taken, the state is that of the message before, and the daemon
  // has acted on each probe that was sent before the newest bit.
  predicate waiting_is_sound =
    is_sending && d.arq.count == began ==> is_settled && probes_are_done;

  predicate message_is_sound = state_is_sound && taking_is_sound && waiting_is_sound;

  // ---- a word ----
  // What the daemon says is true when it says it. This is what stays true until it is heard.

  // A word answers a probe that was acted on, with the daemon's count and the probe's nonce.
  predicate reply_is_sound(struct told t) =
    t.serial <= asked && t.count <= d.arq.count && REPLY_GO <= t.reply.code <= REPLY_LAST &&
    t.reply.count == t.count % WORD_COUNT_MODULUS && t.reply.nonce == t.serial % NONCES;

  // While the sender waits for the reply to its newest probe, the daemon takes no bit after it.
  predicate count_is_sound(struct told t) =
    t.serial == serial && arq_waits(s) ==> t.count == d.arq.count;

  // A message that is told to go, as the reply to its newest probe, was not turned back by that
  // probe. If the message was told so at its start, it is the first one of a session only if it is
  // invited, and no later answer to that probe has refused the start.
  predicate go_is_sound(struct told t) =
    t.reply.code == REPLY_GO && t.serial >= first ==>
      (t.serial == serial ==> !is_turned_back) &&
      (s.phase == ARQ_STARTING ==> (d.state == SESSION_IDLE ==> d.is_invited) &&
         (t.serial == asked ==> !is_limited));

  // The word is the verdict on the message before: no bit of this one was taken.
  predicate is_verdict_before(struct told t) =
    t.count == began && is_turned_back;

  // "Committed", said to a probe of this message, is the verdict on the message before, or all bits
  // of this message are taken and it is in the log.
  predicate commit_is_sound(struct told t) =
    t.reply.code == REPLY_COMMITTED && t.serial >= first ==>
      s.phase != ARQ_STARTING &&
      (is_sending ==> is_verdict_before(t) ||
         (t.count == began + s.total && t.count == d.arq.count &&
          d.state == SESSION_COMMITTED));

  // A refusal, said to a probe to start, has limited the message. Said to a later one, it is the
  // verdict on the message before, or the daemon has refused this message and takes no more of it.
  predicate refusal_is_sound(struct told t) =
    arq_is_lasting(t.reply.code) && t.reply.code != REPLY_COMMITTED && t.serial >= first ==>
      (s.phase == ARQ_STARTING && t.serial == asked ==> is_limited) &&
      (is_sending && t.serial + 1 >= resumes ==> is_verdict_before(t) ||
         (t.count == d.arq.count && d.state == SESSION_REFUSED && d.arq.count > began));

  predicate word_is_sound(struct told t) =
    reply_is_sound(t) && count_is_sound(t) && go_is_sound(t) && commit_is_sound(t) &&
    refusal_is_sound(t);

  // ---- the promise ----

  // A sender that is told so has its message in the log: all of it, and it alone.
  predicate committed_is_kept =
    s.phase == ARQ_COMMITTED ==>
      d.state == SESSION_COMMITTED && d.arq.count == began + s.total && is_quiet;

  // A message that is refused is not in the log, and will not be.
  predicate refused_is_kept =
    is_refused ==> is_settled &&
      (is_quiet || (d.state == SESSION_REFUSED && !d.is_invited)) &&
      (d.arq.count == began || d.state == SESSION_REFUSED);

  predicate is_sound =
    sender_is_sound && bits_are_sound && lane_is_sound(0) && lane_is_sound(1) &&
    asked_is_sound && quiet_is_sound && limited_is_sound && turned_back_is_sound &&
    message_is_sound && word_is_sound(word0) && word_is_sound(word1) && committed_is_kept &&
    refused_is_kept;
*/

/*
 * Each part of the invariant is a goal of its own. Parts are as large as the provers can take them
 * quickly: each goal costs time to start a prover.
 */
#define STAYS_SOUND                                                                                \
    ensures sender : sender_is_sound;                                                              \
    ensures bits : bits_are_sound;                                                                 \
    ensures lane0 : lane_is_sound(0);                                                              \
    ensures lane1 : lane_is_sound(1);                                                              \
    ensures asked : asked_is_sound;                                                                \
    ensures quiet : quiet_is_sound;                                                                \
    ensures limited : limited_is_sound;                                                            \
    ensures turned_back : turned_back_is_sound;                                                    \
    ensures message : message_is_sound;                                                            \
    ensures word0 : word_is_sound(word0);                                                          \
    ensures word1 : word_is_sound(word1);                                                          \
    ensures committed : committed_is_kept;                                                         \
    ensures refused : refused_is_kept;

/* ---- the beginning and the end of a process ---- */

/*
 * A new session. Its process may have the PID of one that has ended. What the daemon sent to that
 * one has vanished with it. The bits that it sent itself have been taken, and counted for no
 * session: the first probe of the new process has waited at the daemon's barrier for that.
 */
/*@ requires limits: 0 < total <= LARGEST && 0 < number <= LARGEST;
    requires gone: \forall integer p; 0 <= p < PLACES ==> !is_full[p];
    assigns s, message, began, first, resumes, started, serial, resume_from, is_dead;
    assigns ack[0 .. LANES - 1], word0, word1;
    assigns d, asked, is_forged, is_limited, is_turned_back;
    STAYS_SOUND */
void connect(uint64_t total, uint64_t number)
{
    const struct told nothing = {.reply = {.code = REPLY_WAIT}};

    is_dead = false;
    ack[0] = ack[1] = false;
    arq_receiver_clear(&d.arq);
    d.arq.count = 0;
    d.base = 0;
    d.nonce = 0;
    d.state = SESSION_IDLE;
    d.is_invited = false;
    d.decoder.message.bytes = NULL;
    word0 = nothing;
    word1 = nothing;
    is_forged = false;
    is_limited = false;
    is_turned_back = false;
    asked = 0;
    started = 0;
    message = 0;
    began = 0;
    first = number;
    serial = number;
    resumes = number + 1;
    resume_from = number;
    arq_sender_begin(&s, total, (uint16_t)number);
}

/* The process of the sender ends. Its bits and its probes are still there. */
/*@ requires is_sound; assigns is_dead;
    STAYS_SOUND */
void die(void)
{
    is_dead = true;
}

/*
 * The daemon ends the session of a process that has ended. No step of this session follows. It may
 * do so before it has taken all bits. A message that it drops is not whole.
 */
/*@ requires is_sound && !is_over && is_dead;
    assigns \nothing;
    ensures dropped: d.state == SESSION_OPEN ==> began < d.arq.count < began + s.total;
    ensures whole: is_sending && d.arq.count == began + s.total ==>
      d.state == SESSION_COMMITTING || d.state == SESSION_COMMITTED || d.state == SESSION_REFUSED;
*/
void end_session(void)
{
}

/* ---- the channel ---- */

/* A stranger's signal wipes out a bit that waits, or that is sent after it. */
/*@ requires is_sound && place < PLACES; assigns is_full[place];
    STAYS_SOUND */
void lose_bit(unsigned place)
{
    is_full[place] = false;
}

/*@ requires is_sound && lane < LANES; assigns ack[lane];
    STAYS_SOUND */
void lose_ack(unsigned lane)
{
    ack[lane] = false;
}

/* ---- the sender ---- */

/* The symbol is the one of the message at the index of the step. A full place wipes it out. */
/*@ requires is_sound && !is_dead && !is_over;
    requires symbol: bit <==> content(message, s.next);
    assigns s, is_full[0 .. PLACES - 1], at[0 .. PLACES - 1], since[0 .. PLACES - 1];
    STAYS_SOUND */
void send_one(bool bit, bool is_dropped)
{
    struct arq_step step = arq_sender_step(&s);

    if (step.what == ARQ_SYMBOL) {
        unsigned place = slot_of(step.lane, bit);

        /*@ assert lane: step.lane == 0 || step.lane == 1; */
        /*@ assert index: step.index == arq_newest(s, step.lane); */
        /*@ assert other0: step.lane == 1 ==>
              arq_newest(s, 0) == \at(arq_newest(s, 0), Pre); */
        /*@ assert other1: step.lane == 0 ==>
              arq_newest(s, 1) == \at(arq_newest(s, 1), Pre); */
        /*@ assert free: !is_full[2 * step.lane] && !is_full[2 * step.lane + 1]; */
        if (!is_dropped) {
            is_full[place] = true;
            at[place] = began + step.index;
            since[place] = serial;
        }
    }
}

/*@ requires is_sound && !is_dead && !is_over && lane < LANES && ack[lane];
    assigns s, ack[lane], resume_from;
    STAYS_SOUND */
void hear_ack(unsigned lane)
{
    uint64_t index;

    ack[lane] = false;
    if (arq_sender_acked(&s, (enum lane)lane, &index)) {
        /*@ assert taken: began + index < d.arq.count; */
        resume_from = serial + 1;
    }
}

/*@ requires is_sound && !is_dead && s.phase <= ARQ_RESUMING;
    requires limits: serial < LARGEST;
    assigns s, serial, resumes, resume_from;
    STAYS_SOUND */
void time_out(void)
{
    serial++;
    if (s.phase == ARQ_SENDING)
        resume_from = serial;
    if (s.phase == ARQ_STARTING)
        resumes = serial + 1;
    arq_sender_timeout(&s);
}

/*
 * Acts on a word. The sender's barrier has released it: every ack that was sent before it has been
 * taken. The ack of a bit was sent before the word if the word's count includes the bit. A word
 * waits while fewer than 65,536 probes are sent.
 */
/*@ requires is_sound && !is_dead && !is_over;
    requires limits: serial < LARGEST && d.arq.count <= LARGEST;
    requires barrier: \forall integer l; 0 <= l < LANES && ack[l] ==>
      began + arq_newest(s, l) >= word0.count;
    requires soon: word0.serial + NONCES > serial;
    assigns s, first, resumes, started, serial, resume_from, is_turned_back;
    STAYS_SOUND */
void hear_word(void)
{
    enum arq_news news;

    /*@ assert newest: word0.reply.nonce == s.nonce ==> word0.serial == serial; */
    /*@ assert of_message: arq_probes_since(s, word0.reply.nonce) <=
          arq_probes_since(s, s.first_nonce) ==> word0.serial >= first; */
    /*@ assert counted: is_sending && word0.count == d.arq.count ==>
          arq_counts(s, word0.reply.count, d.arq.count - began); */
    /*@ assert once: \forall integer i; is_sending && word0.count == d.arq.count &&
          arq_counts(s, word0.reply.count, i) ==> i == d.arq.count - began; */
    news = arq_sender_word(&s, word0.reply);

    if (news == ARQ_GO && s.phase == ARQ_SENDING) {
        resume_from = serial + 1;
    } else if (news == ARQ_GO) {
        /* The sender begins the same message again. */
        started = resumes - 1;
        serial++;
        first = serial;
        resumes = serial + 1;
        resume_from = serial;
        is_turned_back = false;
    } else if (news == ARQ_VERDICT) {
        is_turned_back = false;
    }
}

/*
 * Any process can forge a reply, but knows no nonce of a probe of this message. All else of it can
 * be anything.
 */
/*@ requires is_sound && !is_dead && !is_over && REPLY_GO <= forged.code <= REPLY_LAST;
    requires unknown: arq_probes_since(s, forged.nonce) > arq_probes_since(s, s.first_nonce);
    assigns s;
    STAYS_SOUND */
void hear_forged_reply(struct reply forged)
{
    arq_sender_word(&s, forged);
}

/*@ requires is_sound && !is_dead && (s.phase == ARQ_COMMITTED || is_refused);
    requires limits: serial < LARGEST && 0 < total <= LARGEST && d.arq.count <= LARGEST;
    assigns s, message, began, first, resumes, started, serial, resume_from, is_limited;
    STAYS_SOUND */
void begin(uint64_t total, uint64_t next_message)
{
    started = resumes - 1;
    is_limited = false;
    serial++;
    first = serial;
    resumes = serial + 1;
    resume_from = serial;
    began = d.arq.count;
    message = next_message;
    arq_sender_begin(&s, total, (uint16_t)serial);
}

/* ---- the daemon ---- */

/*@ requires is_sound && !is_over && place < PLACES && is_full[place];
    assigns d, held_at[0 .. LANES - 1], is_full[place];
    STAYS_SOUND */
void take_bit(unsigned place)
{
    enum lane lane = place < 2 ? LANE_THREAD : LANE_PROCESS;

    /*@ assert which: place == 0 || place == 1 || place == 2 || place == 3; */
    /*@ assert wanted: takes_bits ==> is_sending && is_due(lane, at[place]) &&
          (content(message, at[place] - began) <==> (place == 1 || place == 3)); */
    if (session_takes_symbols(&d)) {
        session_hold(&d, lane, symbol_bit(place % 2 == 1));
        held_at[lane] = at[place];
    }
    is_full[place] = false;
}

/* Tells the sender something about its newest probe. Nobody knows the nonce of a forged probe. */
static void tell(enum reply_code code)
{
    if (!is_forged)
        word1 =
            (struct told){.reply = session_reply(&d, code), .serial = asked, .count = d.arq.count};
}

/* The theorem: a bit that is taken is the next one of the message that is under way. */
/*@ requires is_sound && !is_over && takes_bits;
    assigns d, ack[0 .. LANES - 1], word1;
    STAYS_SOUND */
void take_next(bool is_ack_lost)
{
    struct arq_symbol next;

    if (!session_next(&d, &next))
        return;
    /*@ assert order: held_at[next.lane] == d.arq.count; */
    /*@ assert whose: began <= d.arq.count < began + s.total; */
    /*@ assert begins: d.is_invited ==> d.arq.count == began; */
    /*@ assert same: content(message, d.arq.count - began) <==>
          next.symbol.value == 1; */
    /*@ assert later: (is_full[0] || is_full[1] ==> next.lane == 1) &&
          (is_full[2] || is_full[3] ==> next.lane == 0); */
    /*@ assert left: (is_full[0] ==> at[0] > d.arq.count) && (is_full[1] ==> at[1] > d.arq.count) &&
          (is_full[2] ==> at[2] > d.arq.count) && (is_full[3] ==> at[3] > d.arq.count); */
    if (!is_ack_lost)
        ack[next.lane] = true;
    session_take(&d, 0);
    /*@ admit whole: d.state == SESSION_REFUSED ||
          (d.state == SESSION_COMMITTING <==> d.arq.count == began + s.total); */
    if (d.state == SESSION_REFUSED)
        tell(d.refusal);
}

/* The log has taken the whole message. */
/*@ requires is_sound && !is_over && d.state == SESSION_COMMITTING;
    assigns d, word1;
    STAYS_SOUND */
void commit(void)
{
    session_commit(&d);
    tell(REPLY_COMMITTED);
}

/* The log has not taken the message, or the daemon will not take it whole. */
/*@ requires is_sound && !is_over && (d.state == SESSION_OPEN || d.state == SESSION_COMMITTING);
    requires reason: arq_is_lasting(reason) && reason != REPLY_COMMITTED;
    assigns d, word1;
    STAYS_SOUND */
void refuse(enum reply_code reason)
{
    session_refuse(&d, reason);
    tell(reason);
}

/* The daemon gives the turn. */
/*@ requires is_sound && !is_over && takes_bits;
    assigns word1;
    STAYS_SOUND */
void tell_go(void)
{
    tell(REPLY_GO);
}

/*
 * Acts on a probe of the sender. The daemon's barrier has released it: each bit that was sent
 * before it has been taken. A bit was sent before the probe if its newest probe was an older one.
 */
/*@ requires is_sound && !is_over;
    requires once: asked < number <= serial && (s.probe_due ==> number < serial);
    requires barrier: \forall integer p; 0 <= p < PLACES && is_full[p] ==>
      since[p] >= number;
    requires kind: is_start <==> number <= started || first <= number < resumes;
    assigns d, asked, is_forged, is_limited, is_turned_back, word1;
    STAYS_SOUND */
void act_on_probe(uint64_t number, bool is_start, bool is_refused)
{
    session_ask(&d, (uint16_t)number);
    asked = number;
    is_forged = false;
    is_limited = false;
    if (is_start) {
        if (session_is_mid_message(&d)) {
            tell(REPLY_OUT_OF_STEP);
        } else if (is_refused && !d.is_invited) {
            is_limited = true;
            tell(REPLY_BUSY);
        } else {
            session_invite(&d);
            tell(REPLY_GO);
        }
        return;
    }
    switch (d.state) {
    case SESSION_IDLE:
        tell(d.is_invited ? REPLY_GO : REPLY_FORGOTTEN);
        break;
    case SESSION_OPEN:
        tell(REPLY_GO);
        break;
    case SESSION_COMMITTING:
        tell(REPLY_PENDING);
        break;
    case SESSION_COMMITTED:
    case SESSION_REFUSED:
        session_uninvite(&d);
        tell(d.state == SESSION_COMMITTED ? REPLY_COMMITTED : d.refusal);
        if (s.phase == ARQ_RESUMING && d.arq.count == began && number >= first)
            is_turned_back = true;
        break;
    }
}

/*
 * Any process can forge a probe, but does not know a nonce that the sender believes. A forged probe
 * to start right after a refusal would let the daemon take the rest of the refused message for the
 * next one, whose checksum is then wrong: README.md.
 */
/*@ requires is_sound && !is_over;
    requires between: is_start ==> d.state != SESSION_REFUSED;
    assigns d, is_forged;
    STAYS_SOUND */
void act_on_forged_probe(bool is_start, uint16_t nonce)
{
    session_ask(&d, nonce);
    is_forged = true;
    if (is_start && !session_is_mid_message(&d))
        session_invite(&d);
    else if (!is_start && (d.state == SESSION_COMMITTED || d.state == SESSION_REFUSED))
        session_uninvite(&d);
}
