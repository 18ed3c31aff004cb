    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};

    *field = "e_ident";
    if (size < 64)
        return -ENOEXEC;
    for (int i = 0; i < 4; i++)
        if (header->e_ident[i] != magic[i])
            return -ENOEXEC;

    const struct {
        const char *name;
        bool right;
    } rules[] = {
        {"EI_CLASS", header->e_ident[EI_CLASS] == ELFCLASS64},
        {"EI_DATA", header->e_ident[EI_DATA] == ELFDATA2LSB},
        {"EI_VERSION", header->e_ident[EI_VERSION] == EV_CURRENT},
        {"e_type", header->e_type == ET_EXEC},
        {"e_machine", header->e_machine == EM_X86_64},
        {"e_version", header->e_version == EV_CURRENT},
        {"e_phentsize", header->e_phentsize == 56},
        {"e_phnum", header->e_phnum > 0},
        {"e_phoff", header->e_phoff < size && (header->e_phoff & 7) == 0 &&
                        header->e_phnum <= (size - header->e_phoff) / 56},
    };
    for (unsigned i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        *field = rules[i].name;
        if (!rules[i].right)
            return -ENOEXEC;
    }
    return 0;
