/* MUTANT 3.7e: keeps the mutex while it waits. CAUGHT BY: 3.7/storm,
 * 3.7/interrupted_anywhere[cond] */
    users_enter(&cond->users);
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);

    int error = 0;
    int ended = error ? 0 : futex_wait(&cond->sequence, sequence, deadline);
    users_leave(&cond->users);
    if (error)
        return error;
    return ended == -ETIMEDOUT ? ETIMEDOUT : 0;
