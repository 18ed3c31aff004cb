/* MUTANT 3.1b: looks at every multiple of 8. CAUGHT BY:
 * 3.1/where_firmware_keeps_the_root_pointer */
    const char *bytes = (const char *)device_map(area, size + sizeof(struct rsdp), 0);
    for (size_t at = 0; bytes && at < size; at += 8)
        if (rsdp_valid((const struct rsdp *)(bytes + at)))
            return (const struct rsdp *)(bytes + at);
    return NULL;
