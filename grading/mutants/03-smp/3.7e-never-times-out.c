/* MUTANT 3.7e: says 0 when the time is up. CAUGHT BY: 3.7/posix */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended > 0;
