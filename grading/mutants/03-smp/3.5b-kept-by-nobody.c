/* MUTANT 3.5b: the slot is in no list. CAUGHT BY: 3.5/every_slot_is_used, 3.5/one_after_another */
    *slot = (struct stack){0};
