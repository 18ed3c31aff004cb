/* MUTANT 3.1f: takes all entries for 8 bytes long. CAUGHT BY: 3.1/entries_of_all_kinds,
 * 3.1/the_processors_of_real_machines */
    const char *at = (const char *)(madt + 1);
    const char *end = (const char *)madt + madt->header.length;

    if (madt->header.length < sizeof *madt)
        return -EINVAL;
    platform->local_apic = madt->local_apic;
    while (at < end) {
        const struct entry *entry = (const struct entry *)at;
        if (end - at < (long)sizeof *entry || entry->length < sizeof *entry ||
            entry->length > end - at)
            return -EINVAL;
        read_entry(platform, entry);
        at += 8;
    }
    return 0;
