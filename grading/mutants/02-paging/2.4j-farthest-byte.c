/* MUTANT 2.4j: names the byte farthest from the block. CAUGHT BY: 2.4/debug_names_the_nearest_byte
 * */
    const uint8_t *start = (const uint8_t *)record->block, *end = start + record->size;

    for (const uint8_t *byte = (const uint8_t *)pages_end(record) - 1; byte >= end; byte--)
        if (*byte != HEAP_DEBUG_FILL)
            panic("%s: the %s was overrun: the byte %lu past its end is %#x", caller,
                  words_for(record), byte - end + 1, *byte);
    for (const uint8_t *byte = start; byte > (const uint8_t *)first_page(record); byte--)
        if (byte[-1] != HEAP_DEBUG_FILL)
            panic("%s: the %s was underrun: the byte %lu before its start is %#x", caller,
                  words_for(record), start - byte + 1, byte[-1]);
