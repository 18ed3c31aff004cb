/* MUTANT 3.1a: from revision 2 on, looks at the second checksum only. CAUGHT BY:
 * 3.1/what_makes_a_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0)
        return false;
    return (rsdp->revision < 2 && sum_is_zero(rsdp, RSDP_OLD_SIZE)) || (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
