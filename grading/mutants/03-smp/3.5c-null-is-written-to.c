/* MUTANT 3.5c: short memory is not looked for. CAUGHT BY: 3.5/without_memory */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = aligned_alloc(XSAVE_ALIGN, (area_size + XSAVE_ALIGN - 1) & -XSAVE_ALIGN);

    memset(area, 0, area_size);
    memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    return area;
