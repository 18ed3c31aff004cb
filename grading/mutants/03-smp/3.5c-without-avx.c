/* MUTANT 3.5c: has room for x87 and SSE only. CAUGHT BY: 3.5/xsave_areas */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = aligned_alloc(XSAVE_ALIGN, 576);

    if (area) {
        memset(area, 0, 576);
        memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    }
    return area;
