/* MUTANT 2.4j: does not look before the block. CAUGHT BY:
 * 2.4/debug_changes_beside_a_block_are_found */
    const uint8_t *start = (const uint8_t *)record->block, *end = start + record->size;

    for (const uint8_t *byte = end; byte < (const uint8_t *)pages_end(record); byte++)
        if (*byte != HEAP_DEBUG_FILL)
            panic("%s: the %s was overrun: the byte %lu past its end is %#x", caller,
                  words_for(record), byte - end + 1, *byte);
