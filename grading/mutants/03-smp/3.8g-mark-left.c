/* MUTANT 3.8g: leaves the mark of a frame in stock in one that is used. CAUGHT BY:
 * 3.8/most_frames_need_no_lock */
    if (!cache->frames)
        cache->frames = frames_take(STOCK_FRAMES / 2, &cache->frame_count);
    uint32_t number = cache->frames;
    if (number) {
        struct frame *frame = &frame_table[number];
        cache->frames = frame->note;
        cache->frame_count--;
        frame->note = 0;
    }
    return (paddr_t)number * PAGE_SIZE;
