/* MUTANT 3.5a: looks at one slot after the other, as lab 02 did. CAUGHT BY:
 * 3.5/a_slot_is_found_at_once */
    for (unsigned slot = 0; slot < STACKS_MAX; slot++)
        if (!stacks[slot].top)
            return &stacks[slot];
    return NULL;
