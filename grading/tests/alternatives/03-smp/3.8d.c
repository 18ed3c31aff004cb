    if (smp_active) {
        uint32_t number = frame / PAGE_SIZE;
        frame_table[number].note = tables;
        tables = number;
    } else
        frame_free(frame, order);
