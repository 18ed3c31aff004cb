/* POSIX's names and errors for threads. */
#include <pthread.h>

#include <errno.h>
#include <limits.h>

#include "threads/sched.h"
#include "threads/thread.h"

static const pthread_attr_t usual = {.stack_size = STACK_MAX, .guard_size = PAGE_SIZE};

int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *start(void *), void *restrict argument)
{
    const pthread_attr_t *use = attributes ? attributes : &usual;
    int before = errno;
    struct thread *made = thread_create(start, argument, use->stack_size);

    if (!made) {
        errno = before;
        return EAGAIN;
    }
    made->weight = use->inherit_sched == PTHREAD_EXPLICIT_SCHED ? weight_of_priority(use->priority)
                                                                : thread_self()->weight;
    *thread = made; /* the thread may look for itself there */
    if (use->detach_state == PTHREAD_CREATE_DETACHED) {
        made->detached = true;
        made->references = 1; /* nobody else knows it yet */
    }
    thread_start(made);
    return 0;
}

_Noreturn void pthread_exit(void *result)
{
    thread_exit(result);
}

int pthread_join(pthread_t thread, void **result)
{
    return -thread_join(thread, result);
}

int pthread_detach(pthread_t thread)
{
    return -thread_detach(thread);
}

pthread_t pthread_self(void)
{
    return thread_self();
}

int pthread_equal(pthread_t one, pthread_t other)
{
    return one == other;
}

int pthread_attr_init(pthread_attr_t *attributes)
{
    *attributes = usual;
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state)
{
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
        return EINVAL;
    attributes->detach_state = state;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state)
{
    *state = attributes->detach_state;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
    if (size < PTHREAD_STACK_MIN || size > STACK_MAX)
        return EINVAL;
    attributes->stack_size = (size + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *restrict attributes, size_t *restrict size)
{
    *size = attributes->stack_size;
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size)
{
    attributes->guard_size = size;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *restrict attributes, size_t *restrict size)
{
    *size = attributes->guard_size;
    return 0;
}
