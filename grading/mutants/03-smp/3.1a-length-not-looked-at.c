/* MUTANT 3.1a: believes an RSDP of any length. CAUGHT BY: 3.1/what_makes_a_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return rsdp->revision < 2 || (sum_is_zero(rsdp, sizeof *rsdp));
