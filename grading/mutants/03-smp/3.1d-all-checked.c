/* MUTANT 3.1d: wants every table on its way to be right. CAUGHT BY:
 * 3.1/the_table_is_found_by_its_name */
    const char *pointers = (const char *)(root + 1);
    size_t size = wide ? 8 : 4;

    for (size_t at = 0; at + size <= root->length - sizeof *root; at += size) {
        paddr_t address = 0;
        memcpy(&address, pointers + at, size);
        const struct header *head = map_table(address);
        if (!head)
            return -EINVAL;
        if (!head || memcmp(head->signature, signature, 4) != 0)
            continue;
        *found = map_table(address);
        return *found ? 0 : -EINVAL;
    }
    return -ENOENT;
