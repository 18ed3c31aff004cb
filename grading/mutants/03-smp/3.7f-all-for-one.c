/* MUTANT 3.7f: wakes all, a signal too. CAUGHT BY: 3.7/posix */
    __atomic_fetch_add(&cond->sequence, 1, __ATOMIC_RELAXED);
    futex_wake(&cond->sequence, FUTEX_ALL);
