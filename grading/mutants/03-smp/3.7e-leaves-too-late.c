/* MUTANT 3.7e: leaves when it has the mutex again: who destroys it holds that, and waits. CAUGHT
 * BY: 3.7/at_the_same_time[three] */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    if (!error)
        pthread_mutex_lock(mutex);
    users_leave(&cond->users);
    if (error)
        return error;
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
