/* MUTANT 3.4b: calls two tickets. CAUGHT BY: 3.4/one_at_a_time */
    __atomic_store_n(&lock->serving, lock->serving + 2, __ATOMIC_RELEASE);
