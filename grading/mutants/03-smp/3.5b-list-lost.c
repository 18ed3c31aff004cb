/* MUTANT 3.5b: the free slots before it are lost. CAUGHT BY: 3.5/every_slot_is_used */
    *slot = (struct stack){0};
    free_slots = slot;
