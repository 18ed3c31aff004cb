    /* What is left, counted down. */
    uint32_t left = madt->header.length;
    const uint8_t *at = (const uint8_t *)madt;
    uint32_t size = sizeof *madt;

    do {
        if (left < size)
            return -EINVAL;
        if (at == (const uint8_t *)madt)
            platform->local_apic = madt->local_apic;
        else
            read_entry(platform, (const struct entry *)at);
        at += size;
        left -= size;
        if (left == 0)
            return 0;
        size = left >= 2 ? ((const struct entry *)at)->length : 0;
    } while (size >= 2);
    return -EINVAL;
