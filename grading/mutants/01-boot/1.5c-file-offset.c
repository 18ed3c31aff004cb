/* MUTANT 1.5c: puts segments where they lie in the file. CAUGHT BY: 1.5/segments_are_copied */
    memset(memory, 0, image->size);
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (is_loaded(segment))
            memcpy((char *)memory + segment->p_offset,
                   (const char *)file + segment->p_offset, segment->p_filesz);
    }
