/* MUTANT 3.1a: from revision 2 on, looks at the first 20 bytes only. CAUGHT BY:
 * 3.1/what_makes_a_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return true;
