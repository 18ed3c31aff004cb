/* MUTANT 3.7c: looks at the word again and again instead of waiting. CAUGHT BY:
 * 3.7/who_waits_sleeps */
    extern void thread_yield(void);
    while (!take(mutex, self_id())) {
        if (clock_now() >= deadline)
            return ETIMEDOUT;
        thread_yield();
    }
    return 0;
