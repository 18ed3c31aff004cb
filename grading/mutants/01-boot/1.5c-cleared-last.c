/* MUTANT 1.5c: clears the memory behind the copying instead of before it. CAUGHT BY:
 * 1.5/segments_are_copied */
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (is_loaded(segment))
            memcpy((char *)memory + (segment->p_vaddr - image->base),
                   (const char *)file + segment->p_offset, segment->p_filesz);
    }
    memset(memory, 0, image->size);
