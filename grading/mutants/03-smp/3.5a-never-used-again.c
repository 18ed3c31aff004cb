/* MUTANT 3.5a: slots that came back are never taken. CAUGHT BY: 3.5/every_slot_is_used */
    return slots_begun < STACKS_MAX ? &stacks[slots_begun++] : NULL;
