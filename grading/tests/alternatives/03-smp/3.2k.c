    struct acpi_override route = {.irq = irq, .gsi = irq};
    uint32_t entry = vector;

    for (uint32_t i = 0; i < override_count; i++)
        if (overrides[i].irq == irq)
            route = overrides[i];
    if (window == NULL || route.gsi >= inputs || apic_id >= 256)
        return -ENODEV;
    if ((route.flags & 0x3) == 0x3)
        entry += ENTRY_ACTIVE_LOW;
    if ((route.flags & 0xc) == 0xc)
        entry += ENTRY_LEVEL;
    io_write(REG_ENTRY(route.gsi), ENTRY_MASKED);
    io_write(REG_ENTRY(route.gsi) + 1, apic_id << 24);
    io_write(REG_ENTRY(route.gsi), entry);
    return 0;
