    /* The sequence first: both are done with the mutex held, in any order. */
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_ACQUIRE);
    users_enter(&cond->users);

    int error = pthread_mutex_unlock(mutex);
    if (error) {
        users_leave(&cond->users);
        return error;
    }
    if (futex_wait(&cond->sequence, sequence, deadline) == -ETIMEDOUT)
        error = ETIMEDOUT;
    users_leave(&cond->users);
    pthread_mutex_lock(mutex);
    return error;
