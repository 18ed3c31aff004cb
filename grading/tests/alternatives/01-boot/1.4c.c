    if ((multiboot->flags & MULTIBOOT_INFO_CMDLINE) == 0)
        return 0;

    paddr_t at = multiboot->cmdline;
    const char *text = physical_string(at);
    if (text == NULL)
        return fault(field, "cmdline", -EFAULT);
    if (region_claim(info, at, 1 + strlen(text), BOOT_LOADER) < 0)
        return fault(field, "mmap_length", -ENOSPC);

    for (; *text != ' ' && *text != '\0'; text++)
        at++;
    for (; *text == ' '; text++)
        at++;
    info->command_line = at;
    return 0;
