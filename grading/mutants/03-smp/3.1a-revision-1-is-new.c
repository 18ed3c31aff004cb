/* MUTANT 3.1a: takes revision 1 for ACPI 2.0. CAUGHT BY: 3.1/what_makes_a_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0 || !sum_is_zero(rsdp, RSDP_OLD_SIZE))
        return false;
    return rsdp->revision < 1 || (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
