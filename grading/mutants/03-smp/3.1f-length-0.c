/* MUTANT 3.1f: goes on from an entry of length 0, for ever. CAUGHT BY:
 * 3.1/entries_that_do_not_fit */
    const char *at = (const char *)(madt + 1);
    const char *end = (const char *)madt + madt->header.length;

    if (madt->header.length < sizeof *madt)
        return -EINVAL;
    platform->local_apic = madt->local_apic;
    while (at < end) {
        const struct entry *entry = (const struct entry *)at;
        if (end - at < (long)sizeof *entry || entry->length > end - at)
            return -EINVAL;
        read_entry(platform, entry);
        at += entry->length;
    }
    return 0;
