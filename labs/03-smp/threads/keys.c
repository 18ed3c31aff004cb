/* pthread_key_create and its like: a table of keys, and a table of values for each thread. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "sync/spinlock.h"
#include "threads/thread.h"

struct key {
    uint32_t generation; /* odd: in use; counts each creation and deletion */
    void (*destructor)(void *);
};

/* A value counts only for the key's generation that it was set in: a deleted key's are forgotten. */
struct key_value {
    uint32_t generation;
    void *value;
};

static struct key keys[PTHREAD_KEYS_MAX];
static struct spinlock lock = SPINLOCK("keys");

static uint32_t generation_of(pthread_key_t key)
{
    return key < PTHREAD_KEYS_MAX ? __atomic_load_n(&keys[key].generation, __ATOMIC_ACQUIRE) : 0;
}

int pthread_key_create(pthread_key_t *key, void destructor(void *))
{
    int error = EAGAIN;

    uint64_t flags = spin_lock(&lock);
    for (pthread_key_t i = 0; i < PTHREAD_KEYS_MAX && error; i++)
        if (keys[i].generation % 2 == 0) {
            keys[i].destructor = destructor;
            __atomic_store_n(&keys[i].generation, keys[i].generation + 1, __ATOMIC_RELEASE);
            *key = i;
            error = 0;
        }
    spin_unlock(&lock, flags);
    return error;
}

int pthread_key_delete(pthread_key_t key)
{
    int error = EINVAL;

    uint64_t flags = spin_lock(&lock);
    if (generation_of(key) % 2 == 1) {
        __atomic_store_n(&keys[key].generation, keys[key].generation + 1, __ATOMIC_RELEASE);
        error = 0;
    }
    spin_unlock(&lock, flags);
    return error;
}

void *pthread_getspecific(pthread_key_t key)
{
    const struct key_value *values = thread_self()->keys;
    uint32_t generation = generation_of(key);

    return values && generation % 2 == 1 && values[key].generation == generation ? values[key].value
                                                                                 : NULL;
}

/* Calls the destructors of the values of the calling thread, which is about to end. */
static void keys_destroy(struct thread *self)
{
    bool again = self->keys != NULL;

    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (pthread_key_t i = 0; i < PTHREAD_KEYS_MAX; i++) {
            void *value = pthread_getspecific(i);
            if (!value || !keys[i].destructor)
                continue;
            self->keys[i].value = NULL; /* POSIX: before the destructor is called */
            keys[i].destructor(value);
            again = true;
        }
    }
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    struct thread *self = thread_self();
    uint32_t generation = generation_of(key);

    if (generation % 2 == 0)
        return EINVAL;
    if (!self->keys) {
        int before = errno;
        self->keys = calloc(PTHREAD_KEYS_MAX, sizeof *self->keys);
        errno = before;
        self->before_end = keys_destroy;
    }
    if (!self->keys)
        return ENOMEM;
    self->keys[key] = (struct key_value){generation, (void *)value};
    return 0;
}
