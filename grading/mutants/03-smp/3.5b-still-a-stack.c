/* MUTANT 3.5b: the slot still says that there is a stack. CAUGHT BY: 3.5/stacks_come_and_go */
    slot->next = free_slots;
    free_slots = slot;
