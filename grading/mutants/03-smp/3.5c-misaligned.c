/* MUTANT 3.5c: lies 16 bytes behind a boundary. CAUGHT BY: 3.5/xsave_areas,
 * 3.5/registers_of_interleaved_threads */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = aligned_alloc(XSAVE_ALIGN, area_size + XSAVE_ALIGN);

    if (area)
        area += 16;

    if (area) {
        memset(area, 0, area_size);
        memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    }
    return area;
