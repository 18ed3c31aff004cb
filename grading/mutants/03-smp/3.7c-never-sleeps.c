/* MUTANT 3.7c: looks again and again, and never sleeps. CAUGHT BY: 3.7/posix */
    while (!take(mutex, self_id())) {
        if (clock_now() >= deadline)
            return ETIMEDOUT;
        pause();
    }
    return 0;
