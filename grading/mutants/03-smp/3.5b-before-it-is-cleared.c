/* MUTANT 3.5b: the link is cleared with the rest. CAUGHT BY: 3.5/every_slot_is_used */
    slot->next = free_slots;
    free_slots = slot;
    *slot = (struct stack){0};
