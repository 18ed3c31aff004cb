/* MUTANT 3.1f: an entry of one byte is believed. CAUGHT BY: 3.1/entries_that_do_not_fit */
    const char *at = (const char *)(madt + 1);
    const char *end = (const char *)madt + madt->header.length;

    if (madt->header.length < sizeof *madt)
        return -EINVAL;
    platform->local_apic = madt->local_apic;
    while (at < end) {
        const struct entry *entry = (const struct entry *)at;
        if (end - at < (long)sizeof *entry || entry->length == 0 || entry->length > end - at)
            return -EINVAL;
        read_entry(platform, entry);
        at += entry->length;
    }
    return 0;
