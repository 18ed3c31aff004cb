/* MUTANT 1.5c: copies p_memsz bytes: .bss is what lies behind the segment in the file. CAUGHT
 * BY: 1.5/bss_is_zero */
    memset(memory, 0, image->size);
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (is_loaded(segment))
            memcpy((char *)memory + (segment->p_vaddr - image->base),
                   (const char *)file + segment->p_offset, segment->p_memsz);
    }
