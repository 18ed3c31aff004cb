/* MUTANT 1.5a: e_phnum may be 0. CAUGHT BY: 1.5/refuses[header] */
    if (size < sizeof *header || memcmp(header->e_ident, "\177ELF", 4) != 0)
        return not_executable(field, "e_ident");
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return not_executable(field, "EI_CLASS");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return not_executable(field, "EI_DATA");
    if (header->e_ident[EI_VERSION] != EV_CURRENT)
        return not_executable(field, "EI_VERSION");
    if (header->e_type != ET_EXEC)
        return not_executable(field, "e_type");
    if (header->e_machine != EM_X86_64)
        return not_executable(field, "e_machine");
    if (header->e_version != EV_CURRENT)
        return not_executable(field, "e_version");

    if (header->e_phentsize != sizeof(struct elf64_phdr))
        return not_executable(field, "e_phentsize");
    uint64_t bytes = (uint64_t)header->e_phnum * header->e_phentsize;
    if (header->e_phoff > size || bytes > size - header->e_phoff || header->e_phoff % 8 != 0)
        return not_executable(field, "e_phoff");
    return 0;
