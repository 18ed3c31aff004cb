/* MUTANT 1.4c: reads a command line that is not there. CAUGHT BY: 1.4/memory_map_of_any_shape */
    const char *text = physical_string(multiboot->cmdline);
    if (!text)
        return fault(field, "cmdline", -EFAULT);
    if (region_claim(info, multiboot->cmdline, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    size_t name = strcspn(text, " ");
    size_t spaces = strspn(text + name, " ");
    info->command_line = (paddr_t)multiboot->cmdline + name + spaces;
    return 0;
