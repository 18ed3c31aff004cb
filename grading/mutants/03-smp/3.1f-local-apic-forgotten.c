/* MUTANT 3.1f: forgets where the local APICs are. CAUGHT BY: 3.1/entries_of_all_kinds */
    const char *at = (const char *)(madt + 1);
    const char *end = (const char *)madt + madt->header.length;

    if (madt->header.length < sizeof *madt)
        return -EINVAL;
    while (at < end) {
        const struct entry *entry = (const struct entry *)at;
        if (end - at < (long)sizeof *entry || entry->length < sizeof *entry ||
            entry->length > end - at)
            return -EINVAL;
        read_entry(platform, entry);
        at += entry->length;
    }
    return 0;
