/* MUTANT 1.4b: stops one entry too early. CAUGHT BY: 1.4/memory_of_real_machines */
    const uint32_t known = sizeof(struct multiboot_mmap_entry) - sizeof(uint32_t);

    if (!(multiboot->flags & MULTIBOOT_INFO_MEM_MAP)) {
        if (!(multiboot->flags & MULTIBOOT_INFO_MEMORY))
            return 0;
        if (region_claim(info, 0, multiboot->mem_lower * 1024ull, BOOT_FREE) ||
            region_claim(info, 1ull << 20, multiboot->mem_upper * 1024ull, BOOT_FREE))
            return fault(field, "mmap_length", -ENOSPC);
        return 0;
    }

    if (!physical_readable(multiboot->mmap_addr, multiboot->mmap_length))
        return fault(field, "mmap_addr", -EFAULT);

    uint64_t offset = 0;
    while (offset + sizeof(struct multiboot_mmap_entry) < multiboot->mmap_length) {
        const struct multiboot_mmap_entry *entry =
            physical((paddr_t)multiboot->mmap_addr + offset, sizeof *entry);
        if (!entry || multiboot->mmap_length - offset < sizeof *entry || entry->size < known)
            return fault(field, "mmap size", -EINVAL);
        if (region_claim(info, entry->base, entry->length, region_type(entry->type)))
            return fault(field, "mmap_length", -ENOSPC);
        offset += (uint64_t)entry->size + sizeof entry->size;
    }
    return 0;
