/* MUTANT 1.5d: does not ask whether there was memory for a table. CAUGHT BY:
 * 1.5/no_memory_for_tables */
    uint64_t *table = physical(pml4, PAGE_SIZE);

    for (int level = 4; level > 1; level--) {
        uint64_t *entry = &table[table_index(address, level)];
        if (!(*entry & PTE_P)) {
            paddr_t next = region_take(info, PAGE_SIZE, BOOT_LOADER);
            memset(physical(next, PAGE_SIZE), 0, PAGE_SIZE);
            *entry = next | PTE_P | PTE_W;
        }
        table = physical(*entry & PTE_ADDR, PAGE_SIZE);
    }
    table[table_index(address, 1)] = target | PTE_P | PTE_W;
    return 0;
