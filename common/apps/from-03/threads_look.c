/* Threads that run, wait, sleep and are ready, for who looks at them from outside at `look_now`. */
#include <pthread.h>
#include <stddef.h>
#include <time.h>

void look_now(void);
void *computes(void *argument);
void *sleeps(void *argument);
void *joins(void *argument);

static volatile unsigned long count;

__attribute__((noinline)) void look_now(void)
{
    count++;
}

void *computes(void *argument)
{
    volatile unsigned long steps = 0; /* on the stack, so that the function has a frame */

    while (steps != ~0ul)
        steps++;
    return argument;
}

void *sleeps(void *argument)
{
    const struct timespec long_time = {.tv_sec = 1000};

    nanosleep(&long_time, NULL);
    return argument;
}

void *joins(void *argument)
{
    void *result;

    return pthread_join(argument, &result) ? NULL : result;
}

int main(void)
{
    const struct timespec a_little = {.tv_nsec = 20000000};
    pthread_t sleeper, joiner, computer;

    if (pthread_create(&sleeper, NULL, sleeps, NULL) ||
        pthread_create(&joiner, NULL, joins, sleeper) ||
        pthread_create(&computer, NULL, computes, NULL))
        return 1;
    nanosleep(&a_little, NULL);
    look_now();
    return 0;
}
