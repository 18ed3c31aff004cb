    const uint32_t start = multiboot->mod_start, end = multiboot->mod_end;

    if (start > end)
        return fault(field, "mod_end", -EFAULT);
    *module = (struct boot_module){start, end - start, multiboot->string};
    if (physical(start, module->size) == NULL)
        return fault(field, "mod_start", -EFAULT);

    int error = region_claim(info, start, module->size, type);
    if (!error && module->string) {
        const char *string = physical_string(module->string);
        if (!string)
            return fault(field, "string", -EFAULT);
        error = region_claim(info, module->string, strlen(string) + 1, BOOT_LOADER);
    }
    return error ? fault(field, "mmap_length", error) : 0;
