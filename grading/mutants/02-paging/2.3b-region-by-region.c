/* MUTANT 2.3b: maps each region by itself, so that no large page reaches across two. CAUGHT BY:
 * 2.3/direct_map_is_all_ram[128M_with_a_module] */
    paddr_t base = 0, end = 0; /* the piece of RAM that has been collected so far */

    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];
        if (!region_is_ram(region))
            continue;
        if (end > 0) {
            if (end > base)
                map(DIRECT_MAP + base, base, end - base, PAGE_W);
            base = region->base;
        }
        end = region->base + region->size;
    }
    if (end > base)
        map(DIRECT_MAP + base, base, end - base, PAGE_W);
