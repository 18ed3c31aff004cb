/* MUTANT 3.5c: the header is what the heap left there. CAUGHT BY: 3.5/xsave_areas */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = aligned_alloc(XSAVE_ALIGN, (area_size + XSAVE_ALIGN - 1) & -XSAVE_ALIGN);

    if (area)
        memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    return area;
