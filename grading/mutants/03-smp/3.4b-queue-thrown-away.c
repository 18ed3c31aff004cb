/* MUTANT 3.4b: calls the next ticket to be drawn, as if nobody waited. CAUGHT BY:
 * 3.4/first_come_first_served */
    __atomic_store_n(&lock->serving, lock->next, __ATOMIC_RELEASE);
