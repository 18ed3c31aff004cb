/* MUTANT 3.8h: does not mark what is in stock: freed twice, it is there twice. CAUGHT BY:
 * 3.8/free_twice_is_noticed_in_stock */
    frame_table[number].note = cache->frames;
    cache->frames = number;
    if (++cache->frame_count > STOCK_FRAMES) {
        cache->frame_count = STOCK_FRAMES / 2;
        uint32_t last = number;
        for (uint32_t i = 1; i < cache->frame_count; i++)
            last = frame_table[last].note;
        frames_give(frame_table[last].note);
        frame_table[last].note = 0;
    }
    return true;
