/* MUTANT 3.1a: wants the second checksum of old revisions, too. CAUGHT BY:
 * 3.1/what_makes_a_root_pointer, 3.1/the_processors_of_real_machines[RSDT] */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
