    slot->name = NULL;
    slot->limit = slot->low = slot->top = 0;
    slot->next = free_slots;
    free_slots = slot;
