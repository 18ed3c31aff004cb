    uint32_t id = apic_read(APIC_ID);
    if (registers)
        id = id / (1u << 24);
    return id;
