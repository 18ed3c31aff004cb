/* MUTANT 3.7e: is counted when the mutex is free already: a signal sees nobody. CAUGHT BY:
 * 3.7/interrupted_anywhere[cond] */
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    users_enter(&cond->users);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
