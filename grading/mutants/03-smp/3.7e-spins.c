/* MUTANT 3.7e: gives the mutex back for a moment and returns: every wait ends without a reason.
 * CAUGHT BY: 3.7/who_waits_sleeps */
    extern void thread_yield(void);
    int error = pthread_mutex_unlock(mutex);
    if (error)
        return error;
    thread_yield();
    pthread_mutex_lock(mutex);
    return clock_now() < deadline ? 0 : ETIMEDOUT;
