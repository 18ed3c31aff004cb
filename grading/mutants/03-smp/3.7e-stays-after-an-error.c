/* MUTANT 3.7e: who may not wait is never out again. CAUGHT BY: 3.7/posix */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    if (error)
        return error;
    int ended = futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
