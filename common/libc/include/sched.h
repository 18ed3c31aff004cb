/*
 * How threads share the processors. From lab 03 on, where threads/sched.c has the functions.
 *
 * There is one policy: every thread that can run gets its share. Priorities are weights: each step
 * up is 25 % more of the processor, as long as others want it too; nobody starves. (Linux knows the
 * same steps as nice values with the opposite sign, and allows no priority but 0 here.)
 */
#ifndef _SCHED_H
#define _SCHED_H

#include <time.h>

#define SCHED_OTHER 0
#define SCHED_FIFO  1 /* known by name only: ENOTSUP */
#define SCHED_RR    2

struct sched_param {
    int sched_priority; /* -20 to 20, 0 unless something else was asked for */
};

/* Lets the other ready threads of this processor run first. Returns 0. */
int sched_yield(void);

/* -1 and EINVAL: no policy that there is. */
int sched_get_priority_min(int policy);
int sched_get_priority_max(int policy);

#endif
