/* MUTANT 3.4a: draws a ticket and goes on. CAUGHT BY: 3.4/one_at_a_time,
 * 3.4/first_come_first_served */
    __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);
