/* MUTANT 3.7e: comes back without the mutex when the time was up. CAUGHT BY: 3.7/posix,
 * 3.7/at_the_same_time[time-outs] */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    if (ended == -ETIMEDOUT)
        return ETIMEDOUT;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
