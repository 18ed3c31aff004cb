/* MUTANT 3.1d: goes on behind a broken table. CAUGHT BY: 3.1/broken_tables_are_not_believed */
    const char *pointers = (const char *)(root + 1);
    size_t size = wide ? 8 : 4;

    for (size_t at = 0; at + size <= root->length - sizeof *root; at += size) {
        paddr_t address = 0;
        memcpy(&address, pointers + at, size);
        const struct header *head = (const struct header *)device_map(address, sizeof *head, 0);
        if (!head || memcmp(head->signature, signature, 4) != 0)
            continue;
        *found = map_table(address);
        if (*found)
            return 0;
    }
    return -ENOENT;
