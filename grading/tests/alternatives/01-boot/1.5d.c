    uint64_t *tables[5] = {[4] = (uint64_t *)pml4};

    for (int level = 3; level >= 1; level--) {
        unsigned index = table_index(address, level + 1);
        uint64_t entry = tables[level + 1][index];
        if ((entry & PTE_P) == 0) {
            paddr_t table = region_take(info, PAGE_SIZE, BOOT_LOADER);
            if (table == 0)
                return -ENOMEM;
            for (int i = 0; i < 512; i++)
                ((uint64_t *)table)[i] = 0;
            entry = table | PTE_P | PTE_W | PTE_A;
            tables[level + 1][index] = entry;
        }
        tables[level] = (uint64_t *)(entry & PTE_ADDR);
    }
    tables[1][table_index(address, 1)] = target + PTE_P + PTE_W + PTE_A + PTE_D;
    invlpg(address);
    return 0;
