    /* x87 and SSE come from the area, too: their state there is written out. */
    void *area = NULL;
    if (posix_memalign(&area, 2 * XSAVE_ALIGN, area_size))
        return NULL;
    uint8_t *bytes = area;
    for (uint32_t i = 0; i < area_size; i++)
        bytes[i] = 0;
    *(uint16_t *)bytes = 0x37f;
    *(uint32_t *)(bytes + XSAVE_MXCSR) = MXCSR_DEFAULT;
    bytes[512] = XCR0_X87 | XCR0_SSE;
    return area;
