/* MUTANT 3.8g: hands out the same frame until the stock is empty. CAUGHT BY:
 * 3.8/most_frames_need_no_lock */
    if (!cache->frame_count)
        cache->frames = frames_take(STOCK_FRAMES / 2, &cache->frame_count);
    uint32_t number = cache->frames;
    if (number) {
        cache->frame_count--;
        frame_table[number].unused = 0;
    }
    return (paddr_t)number * PAGE_SIZE;
