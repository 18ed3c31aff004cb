    /* By distance, without pointers into the pages. */
    const uint8_t *block = (const uint8_t *)record->block;
    uint64_t behind = pages_end(record) - record->block - record->size;
    uint64_t before = record->block - first_page(record);

    for (uint64_t i = 1; i <= behind; i++)
        if (block[record->size + i - 1] != HEAP_DEBUG_FILL)
            panic("%s: the %s was overrun: the byte %lu past its end is %#x", caller,
                  words_for(record), i, block[record->size + i - 1]);
    for (uint64_t i = 1; i <= before; i++)
        if (*(block - i) != HEAP_DEBUG_FILL)
            panic("%s: the %s was underrun: the byte %lu before its start is %#x", caller,
                  words_for(record), i, *(block - i));
