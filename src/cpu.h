/*
 * cpu.h - on which CPU this process runs
 *
 * Where both sides share a CPU, neither runs while the other sends. That costs time only. But if a
 * stranger floods one of them from another CPU, all places of that one are taken again before the
 * other gets to run, each time: nothing arrives any more. The scheduler sees that every CPU is busy
 * and changes nothing. So the side that waits in vain has to go elsewhere: then it shares a CPU
 * with the stranger at worst, who cannot flood anything while it is not running.
 */
#pragma once

/*
 * Moves this process to another of the CPUs that it may use (sched_setaffinity(2)), and leaves it
 * to the scheduler where it runs from then on. Where there is no other, nothing happens.
 */
void cpu_change(void);
