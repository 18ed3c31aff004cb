/* MUTANT 3.2k: unmasks an input before it says for whom. CAUGHT BY:
 * 3.2/an_entry_is_never_half_right */
    uint32_t gsi = irq, low = vector;

    for (uint32_t i = 0; i < override_count; i++)
        if (overrides[i].irq == irq) {
            gsi = overrides[i].gsi;
            if ((overrides[i].flags & 3) == 3)
                low |= ENTRY_ACTIVE_LOW;
            if ((overrides[i].flags >> 2 & 3) == 3)
                low |= ENTRY_LEVEL;
        }
    if (gsi >= inputs || apic_id > 0xff)
        return -ENODEV;
    io_write(REG_ENTRY(gsi), low);
    io_write(REG_ENTRY(gsi) + 1, apic_id << 24);
    return 0;
