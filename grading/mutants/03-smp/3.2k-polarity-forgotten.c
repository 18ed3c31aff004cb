/* MUTANT 3.2k: forgets the polarity. CAUGHT BY: 3.2/from_a_device_to_a_processor */
    uint32_t gsi = irq, low = vector;

    for (uint32_t i = 0; i < override_count; i++)
        if (overrides[i].irq == irq) {
            gsi = overrides[i].gsi;
            if ((overrides[i].flags >> 2 & 3) == 3)
                low |= ENTRY_LEVEL;
        }
    if (gsi >= inputs || apic_id > 0xff)
        return -ENODEV;
    io_write(REG_ENTRY(gsi) + 1, apic_id << 24);
    io_write(REG_ENTRY(gsi), low);
    return 0;
