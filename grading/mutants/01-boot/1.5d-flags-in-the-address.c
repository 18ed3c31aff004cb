/* MUTANT 1.5d: takes an entry's flags for a part of the table's address. CAUGHT BY:
 * 1.5/image_is_mapped */
    uint64_t *table = physical(pml4, PAGE_SIZE);

    for (int level = 4; level > 1; level--) {
        uint64_t *entry = &table[table_index(address, level)];
        if (!(*entry & PTE_P)) {
            paddr_t next = region_take(info, PAGE_SIZE, BOOT_LOADER);
            if (!next)
                return -ENOMEM;
            memset(physical(next, PAGE_SIZE), 0, PAGE_SIZE);
            *entry = next | PTE_P | PTE_W;
        }
        table = physical(*entry, PAGE_SIZE);
    }
    table[table_index(address, 1)] = target | PTE_P | PTE_W;
    return 0;
