/* MUTANT 2.3a: .rodata may be executed. CAUGHT BY: 2.3/image_has_its_rights,
 * 2.3/forbidden_accesses_fault */
    const struct {
        char *start, *end;
        page_flags_t flags;
    } parts[] = {
        {image_start, image_rodata, PAGE_X},
        {image_rodata, image_data, PAGE_X},
        {image_data, image_end, PAGE_W},
    };
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        vaddr_t start = (vaddr_t)parts[i].start;
        uint64_t size =
            (uint64_t)(parts[i].end - parts[i].start + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
        if (size > 0)
            map(start, info->image_base + (start - info->image_vaddr), size, parts[i].flags);
    }
