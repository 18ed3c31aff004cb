/* MUTANT 3.7f: wakes one, a broadcast too. CAUGHT BY: 3.7/storm, 3.7/at_the_same_time[three] */
    __atomic_fetch_add(&cond->sequence, 1, __ATOMIC_RELAXED);
    futex_wake(&cond->sequence, 1);
