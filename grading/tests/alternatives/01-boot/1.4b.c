    bool full = false;

    if (multiboot->flags & MULTIBOOT_INFO_MEM_MAP) {
        const char *map = physical(multiboot->mmap_addr, multiboot->mmap_length);
        if (!map)
            return fault(field, "mmap_addr", -EFAULT);
        for (uint32_t left = multiboot->mmap_length; left > 0;) {
            struct multiboot_mmap_entry entry;
            if (left < sizeof entry)
                return fault(field, "mmap size", -EINVAL);
            memcpy(&entry, map, sizeof entry);
            if (entry.size < sizeof entry - sizeof entry.size)
                return fault(field, "mmap size", -EINVAL);
            if (region_claim(info, entry.base, entry.length, region_type(entry.type)) != 0)
                return fault(field, "mmap_length", -ENOSPC);
            if (entry.size >= left - sizeof entry.size)
                break;
            map += entry.size + sizeof entry.size;
            left -= entry.size + sizeof entry.size;
        }
    } else if (multiboot->flags & MULTIBOOT_INFO_MEMORY) {
        uint64_t upper = multiboot->mem_upper, lower = multiboot->mem_lower;
        full = region_claim(info, 1024 * 1024, upper << 10, BOOT_FREE) < 0;
        full = full || region_claim(info, 0, lower << 10, BOOT_FREE) < 0;
    }
    return full ? fault(field, "mmap_length", -ENOSPC) : 0;
