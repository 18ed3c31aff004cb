/* MUTANT 1.4c: leaves the command line in memory that is free. CAUGHT BY:
 * 1.4/strings_are_claimed_to_their_end */
    if (!(multiboot->flags & MULTIBOOT_INFO_CMDLINE))
        return 0;

    const char *text = physical_string(multiboot->cmdline);
    if (!text)
        return fault(field, "cmdline", -EFAULT);

    size_t name = strcspn(text, " ");
    size_t spaces = strspn(text + name, " ");
    info->command_line = (paddr_t)multiboot->cmdline + name + spaces;
    return 0;
