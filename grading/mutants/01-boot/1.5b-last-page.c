/* MUTANT 1.5b: lets a segment end at 2^64. CAUGHT BY: 1.5/refuses[sizes] */
    if (segment->p_filesz > segment->p_memsz)
        return not_executable(field, "p_filesz");
    if (segment->p_offset > size || segment->p_filesz > size - segment->p_offset)
        return not_executable(field, "p_offset");
    if (segment->p_vaddr < IMAGE_VADDR_FIRST || segment->p_vaddr < previous_end)
        return not_executable(field, "p_vaddr");
    if (segment->p_memsz - 1 > UINT64_MAX - segment->p_vaddr)
        return not_executable(field, "p_memsz");
    uint64_t align = segment->p_align;
    if (align != 0 &&
        ((align & (align - 1)) != 0 || ((segment->p_vaddr - segment->p_offset) & (align - 1)) != 0))
        return not_executable(field, "p_align");
    return 0;
