    for (uint32_t i = 0; i < info->region_count;) {
        paddr_t base = info->regions[i].base, end = base;
        while (i < info->region_count && region_is_ram(&info->regions[i]) &&
               info->regions[i].base == end)
            end += info->regions[i++].size;
        if (end == base)
            i++; /* no RAM */
        else
            map(DIRECT_MAP + base, base, end - base, PAGE_W);
    }
