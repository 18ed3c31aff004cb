/* POSIX's names for yielding, and for shares of the processor. */
#include <sched.h>

#include <errno.h>
#include <pthread.h>

#include "threads/sched.h"
#include "threads/scheduler.h"
#include "threads/thread.h"

#define FRACTION 16 /* bits behind the point while a weight is computed */

uint32_t weight_of_priority(int priority)
{
    uint64_t weight = (uint64_t)WEIGHT_NORMAL << FRACTION;

    for (; priority > 0; priority--)
        weight = weight * 5 / 4;
    for (; priority < 0; priority++)
        weight = weight * 4 / 5;
    return weight >> FRACTION;
}

int priority_of_weight(uint32_t weight)
{
    int priority = PRIORITY_MIN;

    while (priority < PRIORITY_MAX && weight_of_priority(priority) < weight)
        priority++;
    return priority;
}

/* 0, or why there is no such policy or priority. */
static int check(int policy, int priority)
{
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return ENOTSUP;
    return policy == SCHED_OTHER && priority >= PRIORITY_MIN && priority <= PRIORITY_MAX ? 0
                                                                                         : EINVAL;
}

int sched_yield(void)
{
    thread_yield();
    return 0;
}

static int limit(int policy, int priority)
{
    if (policy == SCHED_OTHER)
        return priority;
    errno = EINVAL;
    return -1;
}

int sched_get_priority_min(int policy)
{
    return limit(policy, PRIORITY_MIN);
}

int sched_get_priority_max(int policy)
{
    return limit(policy, PRIORITY_MAX);
}

int pthread_setschedprio(pthread_t thread, int priority)
{
    int error = check(SCHED_OTHER, priority);

    if (!error)
        thread_set_weight(thread, weight_of_priority(priority));
    return error;
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *param)
{
    int error = check(policy, param->sched_priority);

    return error ? error : pthread_setschedprio(thread, param->sched_priority);
}

int pthread_getschedparam(pthread_t thread, int *restrict policy,
                          struct sched_param *restrict param)
{
    *policy = SCHED_OTHER;
    param->sched_priority = priority_of_weight(thread->weight);
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit)
{
    if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED)
        return EINVAL;
    attributes->inherit_sched = inherit;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *restrict attributes, int *restrict inherit)
{
    *inherit = attributes->inherit_sched;
    return 0;
}

int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy)
{
    int error = check(policy, 0);

    if (!error)
        attributes->policy = policy;
    return error;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *restrict attributes, int *restrict policy)
{
    *policy = attributes->policy;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *restrict attributes,
                               const struct sched_param *restrict param)
{
    int error = check(SCHED_OTHER, param->sched_priority);

    if (!error)
        attributes->priority = param->sched_priority;
    return error;
}

int pthread_attr_getschedparam(const pthread_attr_t *restrict attributes,
                               struct sched_param *restrict param)
{
    param->sched_priority = attributes->priority;
    return 0;
}
