/* MUTANT 1.4d: leaves a module's string in memory that is free. CAUGHT BY:
 * 1.4/strings_are_claimed_to_their_end */
    if (multiboot->mod_end < multiboot->mod_start)
        return fault(field, "mod_end", -EFAULT);
    module->base = multiboot->mod_start;
    module->size = multiboot->mod_end - multiboot->mod_start;
    module->string = multiboot->string;
    if (!physical_readable(module->base, module->size))
        return fault(field, "mod_start", -EFAULT);

    if (region_claim(info, module->base, module->size, type))
        return fault(field, "mmap_length", -ENOSPC);
    if (module->string == 0)
        return 0;

    const char *text = physical_string(module->string);
    if (!text)
        return fault(field, "string", -EFAULT);
    return 0;
