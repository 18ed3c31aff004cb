    uint64_t file_end, end;

    if (segment->p_memsz < segment->p_filesz)
        return not_executable(field, "p_filesz");
    if (__builtin_add_overflow(segment->p_offset, segment->p_filesz, &file_end) || file_end > size)
        return not_executable(field, "p_offset");
    if (segment->p_vaddr < (previous_end ? previous_end : IMAGE_VADDR_FIRST))
        return not_executable(field, "p_vaddr");
    if (__builtin_add_overflow(segment->p_vaddr, segment->p_memsz, &end) || end > IMAGE_VADDR_END)
        return not_executable(field, "p_memsz");
    if (segment->p_align > 1) {
        uint64_t bit = 1;
        while (bit != 0 && bit != segment->p_align)
            bit <<= 1;
        if (bit == 0)
            return not_executable(field, "p_align");
        if (segment->p_vaddr % segment->p_align != segment->p_offset % segment->p_align)
            return not_executable(field, "p_align");
    }
    return 0;
