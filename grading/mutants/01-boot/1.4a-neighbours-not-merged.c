/* MUTANT 1.4a: neighbours of one type stay apart. CAUGHT BY: 1.4/claims_overlap */
    paddr_t end = size <= UINT64_MAX - base ? base + size : UINT64_MAX;
    if (size == 0)
        return 0;
    if (type == BOOT_FREE) {
        if (base > UINT64_MAX - PAGE_MASK)
            return 0;
        base = (base + PAGE_MASK) & ~PAGE_MASK;
        end &= ~PAGE_MASK;
    } else {
        base &= ~PAGE_MASK;
        end = min(end, UINT64_MAX - PAGE_MASK);
        end = (end + PAGE_MASK) & ~PAGE_MASK;
    }
    if (base >= end)
        return 0;

    struct region_list list = {0};
    paddr_t next = base;
    for (uint32_t i = 0; i <= info->region_count; i++) {
        bool behind = i == info->region_count;
        const struct boot_region *old = &info->regions[i];
        paddr_t old_base = behind ? UINT64_MAX : old->base;
        paddr_t old_end = behind ? UINT64_MAX : old->base + old->size;
        const struct boot_region parts[] = {
            {old_base, min(old_end, base), behind ? 0 : old->type},
            {next, min(old_base, end), type},
            {max(old_base, base), min(old_end, end), behind ? 0 : max(old->type, type)},
            {max(old_base, end), old_end, behind ? 0 : old->type},
        };

        for (int part = 0; part < 4; part++) {
            if (parts[part].base >= parts[part].size)
                continue;
            if (list.count == BOOT_REGIONS_MAX)
                return -ENOSPC;
            list.regions[list.count++] = (struct boot_region){
                parts[part].base, parts[part].size - parts[part].base, parts[part].type};
        }
        next = max(next, old_end);
    }

    memcpy(info->regions, list.regions, list.count * sizeof list.regions[0]);
    info->region_count = list.count;
    return 0;
