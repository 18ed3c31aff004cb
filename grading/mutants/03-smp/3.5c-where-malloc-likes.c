/* MUTANT 3.5c: leaves the alignment to malloc. CAUGHT BY: 3.5/xsave_areas */
    const uint32_t mxcsr = MXCSR_DEFAULT;
    char *area = malloc(area_size);

    if (area) {
        memset(area, 0, area_size);
        memcpy(area + XSAVE_MXCSR, &mxcsr, sizeof mxcsr);
    }
    return area;
