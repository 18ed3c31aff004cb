/* MUTANT 3.4b: calls the last ticket that was drawn. CAUGHT BY: 3.4/first_come_first_served */
    uint32_t last = __atomic_load_n(&lock->next, __ATOMIC_RELAXED) - 1;

    __atomic_store_n(&lock->serving, last != lock->serving ? last : last + 1, __ATOMIC_RELEASE);
