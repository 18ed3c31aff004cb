/* MUTANT 3.5b: the slot is in no list. CAUGHT BY: 3.5/every_slot_is_used */
    *slot = (struct stack){0};
