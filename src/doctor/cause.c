/* SPDX-License-Identifier: MIT */
/* cause.c - see cause.h */

#include "doctor/cause.h"

static const struct cause_text texts[] = {
    [CAUSE_PID_LINE] = {"pid-line", "The server does not print its PID.",
                        "Without it, no client can be started. A text without a newline at its end "
                        "stays in the buffer of printf(): call fflush(stdout) after it.",
                        "A WHOLE PAIR"},
    [CAUSE_PLUS_ONE] = {"plus-one", "A program sends SIGSEGV in place of SIGUSR2.",
                        "SIGUSR1 + 1 is SIGUSR2 on macOS. On Linux it is SIGSEGV, which ends the "
                        "other program. Write the names SIGUSR1 and SIGUSR2.",
                        "Signal numbers"},
    [CAUSE_LANGUAGES] = {"languages", "The server does not understand what the client says.",
                         "Both must agree on the first bit of an octet, on the signal of a bit 1, "
                         "and on how a message begins and ends. If they do, the server forgets "
                         "between two signals: a variable of its handler must be static, or "
                         "global, and have a first value.",
                         "BITS"},
    [CAUSE_DEFERRED] = {"deferred", "The server works on a signal after its handler has ended.",
                        "A handler that only sets a flag or a variable, for a loop that looks at "
                        "it later, forgets a signal if the next one comes before the loop. So does "
                        "a script with trap. Work on the signal in the handler, and answer after "
                        "that; or block both and take them with sigtimedwait().",
                        "WAITING FOR A SIGNAL"},
    [CAUSE_BUFFERED] = {"buffered", "The server prints its text too late.",
                        "A text without a newline at its end stays in the buffer of printf(). Use "
                        "write(), which has no buffer, or print a newline after each message and "
                        "call fflush(stdout).",
                        "What a handler may do"},
    [CAUSE_BUSY] = {"busy-loop", "The server waits in a busy loop.",
                    "A loop without a call that sleeps takes all the time of a CPU, also while "
                    "nobody sends. Wait in pause() if the handlers do all the work, or in "
                    "sigsuspend() or sigtimedwait().",
                    "WAITING FOR A SIGNAL"},
    [CAUSE_ENDED] = {"server-ended", "The server ends, and nobody has ended it.",
                     "A server goes on until somebody ends it. exit(), and a return from main(), "
                     "end it: not after a message, and not because kill() has failed, as the "
                     "client may have ended. SIGSEGV and SIGABRT come from memory: a buffer that "
                     "is too small for the text, or a NULL pointer. SIGUSR1 and SIGUSR2 end a "
                     "server whose handlers are not there (yet).",
                     "A WHOLE PAIR"},
    [CAUSE_NEXT] = {"next-message", "The server spoils the message that follows another one.",
                    "When a message ends, all that belongs to it has to begin anew: the octet, the "
                    "number of its bits, the place in the text, and the length. Look at global and "
                    "static variables.",
                    "State"},
    [CAUSE_NO_WAIT] = {"no-wait", "The client does not wait for an answer.",
                       "Signals do not queue. A second signal of the same number is dropped while "
                       "the first one is pending. No pause between two signals is long enough, "
                       "because the server may not get the CPU in that time. Answer each bit, and "
                       "wait for that.",
                       "WHY SIGNALS ARE LOST"},
    [CAUSE_LATE_ANSWER] = {"late-answer", "The client does not wait for an answer to each bit.",
                           "An answer to each octet or each message comes too late: the signals "
                           "before it have been dropped by then, and no pause between two signals "
                           "is long enough. Answer each bit, and wait for that.",
                           "ACKNOWLEDGING"},
    [CAUSE_IMPATIENT] = {"impatient", "The client does not wait long enough for an answer.",
                         "A server that gets no CPU answers late. A bit that is sent again then "
                         "counts twice, and a client that gives up leaves half a message. Wait as "
                         "long as the server lives, and send a bit again only if it was lost.",
                         "Two bits at the same moment"},
    [CAUSE_PAUSE] = {"pause", "The client misses an answer that comes too early.",
                     "The answer comes after kill() and before pause(). Its handler has run when "
                     "pause() begins, and pause() waits for another answer. A sleep is not cut "
                     "short then, and a flag that is cleared behind kill() forgets the answer. "
                     "Block the signals and take them with sigtimedwait() or sigsuspend(); or "
                     "clear a flag before kill(), and poll it.",
                     "WAITING FOR A SIGNAL"},
    [CAUSE_MISSES] = {"server-pause", "The server hangs if a bit comes too early.",
                      "A client may send the next bit as soon as it has the answer: before the "
                      "server calls pause(). Its handler has run when pause() begins, and pause() "
                      "waits for another bit. A flag makes the gap smaller and does not close it. "
                      "Do all the work in the handler, the answer last; or block the signals and "
                      "take them with sigtimedwait() or sigsuspend().",
                      "WAITING FOR A SIGNAL"},
    [CAUSE_STAYS] = {"client-stays", "The client does not end after its message.",
                     "The message has arrived. Now the client sleeps in a loop without an end, or "
                     "waits for an answer that the server does not give. Let it end after the "
                     "answer to the last bit.",
                     "A WHOLE PAIR"},
    [CAUSE_SA_MASK] = {"sa-mask",
                       "The server's handler of one signal interrupts that of the other.",
                       "A handler that is interrupted halfway loses a bit or swaps two, mostly if "
                       "two clients send. Call sigemptyset() on sa_mask, and add both signals to "
                       "it, before sigaction(). signal() cannot do that.",
                       "sa_mask"},
    [CAUSE_WHOSE_PID] = {"whose-pid", "The server answers to a process that has not sent the bit.",
                         "A PID that was kept from the first bit is that of an earlier client. "
                         "Answer to si_pid of each signal.",
                         "Whose PID"},
    [CAUSE_SHARED] = {"shared-buffer", "Two clients at once spoil each other's messages.",
                      "The bits of both go into one buffer, or octets are printed before their "
                      "message is whole. Keep the bits and the text of each sender apart, by "
                      "si_pid, and print whole messages; or let the second one wait for its first "
                      "answer.",
                      "SEVERAL CLIENTS"},
    [CAUSE_LEFT_OVER] = {"left-over", "An incomplete message spoils the next one.",
                         "Bits that were left over stay in the buffer, and the next message is "
                         "added to them. Keep the state of each sender apart, and forget that of "
                         "processes that have ended.",
                         "SEVERAL CLIENTS"},
    [CAUSE_FORGETS] = {"server-impatient", "The server forgets a client that pauses.",
                       "A client that is stopped, or gets no CPU, is silent for any time, and then "
                       "goes on amid its message. Keep what a client has sent as long as it lives: "
                       "kill() with the signal 0 tells that.",
                       "SEVERAL CLIENTS"},
    [CAUSE_UNICODE] = {"unicode", "Characters beyond ASCII do not arrive.",
                       "In UTF-8 they have octets of 128 and more. Send all 8 bits, from unsigned "
                       "char.",
                       "Unicode"},
    [CAUSE_BYSTANDER] = {"bystander", "The client ends a process that is no server.",
                         "SIGUSR1 and SIGUSR2 end a process that has not prepared for them. Look "
                         "at SigCgt in /proc/PID/status before the first signal.",
                         "Bystanders"},
    [CAUSE_NO_PID] = {"no-pid", "The client takes a number for a PID that is none.",
                      "To kill(), 0 is each process of the own group, and -1 is each process of "
                      "the user. Take only numbers above 0.",
                      "Numbers that are no PID"},
    [CAUSE_UNKNOWN] = {"unknown", "Something is lost, for a reason that was not found.",
                       "None of the checks of one cause explains it. Look at the failed lines "
                       "above, and at what the handlers call: printf() and malloc() are not safe.",
                       "HANDLERS"},
};

_Static_assert(sizeof texts / sizeof texts[0] == CAUSES, "one for each cause");

const struct cause_text *cause_text(enum cause cause)
{
    return &texts[cause];
}
