/* MUTANT 2.4j: does not look behind the block. CAUGHT BY:
 * 2.4/debug_changes_beside_a_block_are_found */
    const uint8_t *start = (const uint8_t *)record->block, *end = start + record->size;

    for (const uint8_t *byte = start; byte > (const uint8_t *)first_page(record); byte--)
        if (byte[-1] != HEAP_DEBUG_FILL)
            panic("%s: the %s was underrun: the byte %lu before its start is %#x", caller,
                  words_for(record), start - byte + 1, byte[-1]);
