/* MUTANT 3.7e: is counted for ever. CAUGHT BY: 3.7/storm */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
