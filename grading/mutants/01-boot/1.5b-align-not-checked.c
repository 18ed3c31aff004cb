/* MUTANT 1.5b: believes any p_align. CAUGHT BY: 1.5/refuses[segments] */
    if (segment->p_filesz > segment->p_memsz)
        return not_executable(field, "p_filesz");
    if (segment->p_offset > size || segment->p_filesz > size - segment->p_offset)
        return not_executable(field, "p_offset");
    if (segment->p_vaddr < IMAGE_VADDR_FIRST || segment->p_vaddr < previous_end)
        return not_executable(field, "p_vaddr");
    if (segment->p_vaddr >= IMAGE_VADDR_END ||
        segment->p_memsz > IMAGE_VADDR_END - segment->p_vaddr)
        return not_executable(field, "p_memsz");
    return 0;
