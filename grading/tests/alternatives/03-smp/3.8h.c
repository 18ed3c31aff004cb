    if (cache->frame_count >= STOCK_FRAMES) {
        uint32_t *end = &cache->frames;
        for (cache->frame_count = 0; cache->frame_count < STOCK_FRAMES / 2; cache->frame_count++)
            end = &frame_table[*end].note;
        uint32_t rest = *end;
        *end = 0;
        frames_give(rest);
    }
    frame_table[number].unused = FRAME_STOCKED;
    frame_table[number].note = cache->frames;
    cache->frames = number;
    cache->frame_count++;
    return true;
