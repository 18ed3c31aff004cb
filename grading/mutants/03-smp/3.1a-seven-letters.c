/* MUTANT 3.1a: seven letters of the signature count. CAUGHT BY: 3.1/what_makes_a_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR", 7) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return rsdp->revision < 2 || (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
