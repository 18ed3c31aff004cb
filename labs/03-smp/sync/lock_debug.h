/*
 * Spinlocks that are watched: a deadlock is reported where it would begin, or before it can happen.
 *
 * Before a CPU takes a lock, it looks at those that it holds. If the lock is among them, it would
 * wait for itself. If not, each of them comes before it: this order is remembered, for good, with
 * the backtrace of where it was first seen. Orders that together make a circle are reported, even
 * if no CPU has to wait today: on another day, one CPU takes the locks in one order while another
 * takes them in the other.
 *
 * `make run LOCKS=debug` links sync/lock_debug.c into the image and passes --wrap=spin_take and
 * --wrap=spin_release to the linker: each call from another file goes to __wrap_spin_take there. It
 * watches locks on one CPU, too, where nobody ever waits.
 *
 * What is found is said on the console, and ends the machine with a panic:
 *
 *   locks: CPU 0 takes "frames", which it holds
 *   taken:
 *     0xffffffff800041e0 __wrap_frame_alloc+0x20
 *     ...
 *   taken again:
 *     ...
 *   panic: deadlock: "frames" is taken twice
 *
 *   locks: the orders of these make a circle
 *   "heap", then "frames":
 *     ...
 *   "frames", then "heap":
 *     ...
 *   panic: lock order: "frames", then "heap"
 *
 * The last pair of a circle, and the one that the panic names, is what the CPU was about to do;
 * each pair's backtrace is where the second was taken with the first held. A lock without a name is
 * said as its address. Two more ends are
 *
 *   panic: "frames" is taken with interrupts on
 *   panic: CPU 1 releases "frames", which it does not hold
 *
 * After LOCKS_MAX locks or ORDERS_MAX orders no more are watched, which is said once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sync/spinlock.h"

#define TRACE_MAX  8
#define HELD_MAX   8
#define LOCKS_MAX  1024
#define ORDERS_MAX 4096

/* Return addresses, innermost first; 0 behind the last. */
struct trace {
    uint64_t address[TRACE_MAX];
};

/* A lock that was seen. */
struct lock_node {
    const struct spinlock *lock;
    struct lock_order *orders; /* in which it comes first */
    uint32_t search;           /* the last search that has come here, */
    struct lock_order *via;    /* and the order that led it here */
};

/* `after` was taken with `before` held. */
struct lock_order {
    struct lock_node *before, *after;
    struct lock_order *next; /* with the same `before` */
    struct trace trace;      /* where `after` was taken */
};
