/* MUTANT 3.5c: no exception is masked. CAUGHT BY: 3.5/xsave_areas,
 * 3.5/registers_of_interleaved_threads */
    char *area = aligned_alloc(XSAVE_ALIGN, (area_size + XSAVE_ALIGN - 1) & -XSAVE_ALIGN);

    if (area)
        memset(area, 0, area_size);
    return area;
