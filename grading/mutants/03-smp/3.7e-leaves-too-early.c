/* MUTANT 3.7e: is out before it has looked at the sequence: it may be gone. CAUGHT BY:
 * 3.7/at_the_same_time[three] */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = pthread_mutex_unlock(mutex);
    users_leave(&cond->users);
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    if (error)
        return error;
    pthread_mutex_lock(mutex);
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
