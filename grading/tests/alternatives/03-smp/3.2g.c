    /* By halves: (high * 2^32 + low) * factor / 2^32, where only the lower product is cut. */
    uint64_t high = value >> 32, low = value & UINT32_MAX;
    uint64_t whole = factor >> 32, part = factor & UINT32_MAX;

    return high * factor + low * whole + (low * part >> 32);
