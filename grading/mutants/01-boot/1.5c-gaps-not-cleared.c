/* MUTANT 1.5c: clears each segment's .bss, but not what lies between segments. CAUGHT BY:
 * 1.5/odd_images_are_loaded */
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (!is_loaded(segment))
            continue;
        char *start = (char *)memory + (segment->p_vaddr - image->base);
        memcpy(start, (const char *)file + segment->p_offset, segment->p_filesz);
        memset(start + segment->p_filesz, 0, segment->p_memsz - segment->p_filesz);
    }
