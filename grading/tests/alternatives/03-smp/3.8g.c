    if (cache->frame_count == 0)
        cache->frames = frames_take(STOCK_FRAMES / 2, &cache->frame_count);
    if (cache->frame_count == 0)
        return 0;
    struct frame *first = frame_table + cache->frames;
    paddr_t address = (paddr_t)cache->frames * PAGE_SIZE;
    cache->frames = first->note;
    cache->frame_count--;
    first->unused = 0;
    first->note = 0;
    return address;
