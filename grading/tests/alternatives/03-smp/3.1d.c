    /* Addresses are put together from their bytes, the highest first. */
    const uint8_t *at = (const uint8_t *)root + sizeof *root;
    unsigned size = wide ? 8 : 4;
    uint32_t count = (root->length - sizeof *root) / size;

    for (; count > 0; count--, at += size) {
        paddr_t address = 0;
        for (unsigned i = size; i > 0; i--)
            address = address << 8 | at[i - 1];
        volatile const struct header *head = device_map(address, sizeof *head, 0);
        bool same = head != NULL;
        for (unsigned i = 0; same && i < 4; i++)
            same = head->signature[i] == signature[i];
        if (!same)
            continue;
        const struct header *table = map_table(address);
        if (table == NULL)
            return -EINVAL;
        *found = table;
        return 0;
    }
    return -ENOENT;
