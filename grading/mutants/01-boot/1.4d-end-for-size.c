/* MUTANT 1.4d: takes a module's end for its size. CAUGHT BY: 1.4/modules */
    if (multiboot->mod_end < multiboot->mod_start)
        return fault(field, "mod_end", -EFAULT);
    module->base = multiboot->mod_start;
    module->size = multiboot->mod_end;
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
    if (region_claim(info, module->string, strlen(text) + 1, BOOT_LOADER))
        return fault(field, "mmap_length", -ENOSPC);
    return 0;
