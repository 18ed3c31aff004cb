/* MUTANT 3.7f: wakes first and changes the sequence then. CAUGHT BY:
 * 3.7/interrupted_anywhere[cond] */
    futex_wake(&cond->sequence, count);
    __atomic_fetch_add(&cond->sequence, 1, __ATOMIC_RELAXED);
