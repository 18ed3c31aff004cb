/* MUTANT 3.4b: gives the ticket back instead of calling the next one. CAUGHT BY:
 * 3.4/one_at_a_time */
    __atomic_fetch_sub(&lock->next, 1, __ATOMIC_RELEASE);
