    /* Byte by byte from the image's start: the segments ascend. */
    const uint8_t *bytes = file;
    uint8_t *next = memory, *const end = next + image->size;

    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = image->segments + i;
        if (segment->p_type != PT_LOAD || segment->p_memsz == 0)
            continue;
        uint8_t *start = (uint8_t *)memory + (segment->p_vaddr - image->base);
        while (next < start)
            *next++ = 0;
        for (uint64_t at = 0; at < segment->p_filesz; at++)
            *next++ = bytes[segment->p_offset + at];
    }
    while (next < end)
        *next++ = 0;
