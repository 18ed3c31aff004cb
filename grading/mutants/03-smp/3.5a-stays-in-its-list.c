/* MUTANT 3.5a: the slot is not taken out of the list. CAUGHT BY: 3.5/stacks_come_and_go,
 * 3.5/every_slot_is_used */
    if (free_slots)
        return free_slots;
    return slots_begun < STACKS_MAX ? &stacks[slots_begun++] : NULL;
