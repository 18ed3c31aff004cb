/* MUTANT 3.4b: calls the next ticket only if somebody has it. CAUGHT BY: 3.4/one_at_a_time */
    if (__atomic_load_n(&lock->next, __ATOMIC_RELAXED) != lock->serving + 1)
        __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
