    const struct rsdp *end, *rsdp = (const struct rsdp *)device_map(area, size + sizeof *rsdp, 0);
    if (rsdp == NULL)
        return NULL;
    end = (const struct rsdp *)((uintptr_t)rsdp + size);
    while (rsdp < end && !rsdp_valid(rsdp))
        rsdp = (const struct rsdp *)((uintptr_t)rsdp + RSDP_STEP);
    return rsdp < end ? rsdp : NULL;
