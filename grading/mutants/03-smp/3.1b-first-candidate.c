/* MUTANT 3.1b: gives up at the first signature that is not valid. CAUGHT BY:
 * 3.1/where_firmware_keeps_the_root_pointer */
    const char *bytes = (const char *)device_map(area, size + sizeof(struct rsdp), 0);
    for (size_t at = 0; bytes && at < size; at += RSDP_STEP)
        if (memcmp(bytes + at, "RSD PTR ", 8) == 0)
            return rsdp_valid((const struct rsdp *)(bytes + at)) ? (const struct rsdp *)(bytes + at)
                                                                : NULL;
    return NULL;
