/* MUTANT 3.8h: keeps all frames that one processor frees. CAUGHT BY:
 * 3.8/most_frames_need_no_lock */
    frame_table[number].note = cache->frames;
    frame_table[number].unused = FRAME_STOCKED;
    cache->frames = number;
    ++cache->frame_count;
    return true;
