/* MUTANT 3.5c: the heap's 16 bytes are no alignment for XSAVE. CAUGHT BY: 3.5/xsave_areas,
 * 3.5/registers_of_interleaved_threads */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = malloc(area_size);

    if (area) {
        memset(area, 0, area_size);
        memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    }
    return area;
