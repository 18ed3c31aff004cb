/* MUTANT 3.5a: takes a slot behind the last one. CAUGHT BY: 3.5/every_slot_is_used */
    struct stack *slot = free_slots;

    if (slot)
        free_slots = slot->next;
    else if (slots_begun <= STACKS_MAX)
        slot = &stacks[slots_begun++];
    return slot;
