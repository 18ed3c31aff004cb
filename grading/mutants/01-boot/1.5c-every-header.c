/* MUTANT 1.5c: copies also what is not to be loaded. CAUGHT BY: 1.5/odd_images_are_loaded */
    memset(memory, 0, image->size);
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        memcpy((char *)memory + (segment->p_vaddr - image->base),
               (const char *)file + segment->p_offset, segment->p_filesz);
    }
