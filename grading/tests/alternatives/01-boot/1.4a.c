    /* Cut memory at every edge there is, and ask of each piece who has the strongest claim. */
    const paddr_t last_page = ~PAGE_MASK;
    paddr_t end = base + size;

    if (size == 0 || (type == BOOT_FREE && base > last_page))
        return 0;
    if (end < base || end > last_page)
        end = last_page;
    base = type == BOOT_FREE ? (base + PAGE_MASK) & ~PAGE_MASK : base & ~PAGE_MASK;
    end = type == BOOT_FREE ? end & ~PAGE_MASK : (end + PAGE_MASK) & ~PAGE_MASK;
    if (base >= end)
        return 0;

    paddr_t edges[2 * BOOT_REGIONS_MAX + 2] = {base, end};
    uint32_t count = 2;
    for (uint32_t i = 0; i < info->region_count; i++) {
        edges[count++] = info->regions[i].base;
        edges[count++] = info->regions[i].base + info->regions[i].size;
    }
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t j = i; j > 0 && edges[j - 1] > edges[j]; j--) {
            paddr_t edge = edges[j];
            edges[j] = edges[j - 1];
            edges[j - 1] = edge;
        }

    struct region_list list = {.count = 0};
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint64_t strongest = edges[i] >= base && edges[i] < end ? type : 0;
        for (uint32_t j = 0; j < info->region_count; j++) {
            const struct boot_region *region = &info->regions[j];
            if (edges[i] >= region->base && edges[i] - region->base < region->size)
                strongest = max(strongest, region->type);
        }
        if (strongest)
            region_append(&list, edges[i], edges[i + 1], strongest);
    }
    if (list.overflow)
        return -ENOSPC;
    info->region_count = list.count;
    for (uint32_t i = 0; i < list.count; i++)
        info->regions[i] = list.regions[i];
    return 0;
