/* MUTANT 1.4c: keeps the boot program's own name. CAUGHT BY: 1.4/command_line */
    if (!(multiboot->flags & MULTIBOOT_INFO_CMDLINE))
        return 0;

    const char *text = physical_string(multiboot->cmdline);
    if (!text)
        return fault(field, "cmdline", -EFAULT);
    if (region_claim(info, multiboot->cmdline, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    info->command_line = multiboot->cmdline;
    return 0;
