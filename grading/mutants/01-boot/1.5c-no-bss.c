/* MUTANT 1.5c: forgets that memory holds whatever was there before: .bss is not zero. CAUGHT BY:
 * 1.5/bss_is_zero */
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (is_loaded(segment))
            memcpy((char *)memory + (segment->p_vaddr - image->base),
                   (const char *)file + segment->p_offset, segment->p_filesz);
    }
