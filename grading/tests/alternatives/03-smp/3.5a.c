    /* New slots first, so that old ones rest as long as possible. */
    if (slots_begun < STACKS_MAX) {
        slots_begun++;
        return stacks + slots_begun - 1;
    }
    struct stack *slot = free_slots;
    free_slots = slot ? slot->next : NULL;
    return slot;
