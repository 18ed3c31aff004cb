/* MUTANT 3.7e: reads the sequence when the mutex is free already. CAUGHT BY:
 * 3.7/interrupted_anywhere[cond] */
    users_enter(&cond->users);

    int error = pthread_mutex_unlock(mutex);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
