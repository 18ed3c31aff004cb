/* MUTANT 1.4c: skips one character behind the name, whatever there is. CAUGHT BY:
 * 1.4/strings_of_any_shape */
    if (!(multiboot->flags & MULTIBOOT_INFO_CMDLINE))
        return 0;

    const char *text = physical_string(multiboot->cmdline);
    if (!text)
        return fault(field, "cmdline", -EFAULT);
    if (region_claim(info, multiboot->cmdline, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);

    size_t name = strcspn(text, " ");
    size_t spaces = 1;
    info->command_line = (paddr_t)multiboot->cmdline + name + spaces;
    return 0;
