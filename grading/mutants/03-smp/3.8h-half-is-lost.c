/* MUTANT 3.8h: cuts the list, and gives nothing back. CAUGHT BY: 3.8/most_frames_need_no_lock */
    frame_table[number].note = cache->frames;
    frame_table[number].unused = FRAME_STOCKED;
    cache->frames = number;
    if (++cache->frame_count > STOCK_FRAMES) {
        cache->frame_count = STOCK_FRAMES / 2;
        uint32_t last = number;
        for (uint32_t i = 1; i < cache->frame_count; i++)
            last = frame_table[last].note;
        frame_table[last].note = 0;
    }
    return true;
