/* MUTANT 3.7g: looks at the value again and again instead of waiting. CAUGHT BY:
 * 3.7/who_waits_sleeps */
    extern void thread_yield(void);
    while (!take(sem, 0)) {
        if (clock_now() >= deadline)
            return ETIMEDOUT;
        thread_yield();
    }
    return 0;
