/* MUTANT 1.4a: what is in use shrinks to whole pages: its last bytes are free. CAUGHT BY:
 * 1.4/claims_overlap */
    paddr_t end = size <= UINT64_MAX - base ? base + size : UINT64_MAX;
    if (size == 0)
        return 0;
    if (type == BOOT_FREE) {
        if (base > UINT64_MAX - PAGE_MASK)
            return 0;
        base = (base + PAGE_MASK) & ~PAGE_MASK;
        end &= ~PAGE_MASK;
    } else {
        base = (base + PAGE_MASK) & ~PAGE_MASK;
        end &= ~PAGE_MASK;
    }
    if (base >= end)
        return 0;

    struct region_list list = {0};
    paddr_t next = base; /* the claim is in the new list up to here */
    for (uint32_t i = 0; i < info->region_count; i++) {
        const struct boot_region *old = &info->regions[i];
        paddr_t old_end = old->base + old->size;

        region_append(&list, old->base, min(old_end, base), old->type);
        region_append(&list, next, min(old->base, end), type);
        region_append(&list, max(old->base, base), min(old_end, end), max(old->type, type));
        region_append(&list, max(old->base, end), old_end, old->type);
        next = max(next, old_end);
    }
    region_append(&list, next, end, type);

    if (list.overflow)
        return -ENOSPC;
    memcpy(info->regions, list.regions, list.count * sizeof list.regions[0]);
    info->region_count = list.count;
    return 0;
