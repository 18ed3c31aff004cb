/* MUTANT 1.4c: reads a command line that cannot be read. CAUGHT BY: 1.4/nonsense_is_named */
    if (!(multiboot->flags & MULTIBOOT_INFO_CMDLINE))
        return 0;

    const char *text = (const char *)(paddr_t)multiboot->cmdline;
    if (region_claim(info, multiboot->cmdline, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    size_t name = strcspn(text, " ");
    size_t spaces = strspn(text + name, " ");
    info->command_line = (paddr_t)multiboot->cmdline + name + spaces;
    return 0;
