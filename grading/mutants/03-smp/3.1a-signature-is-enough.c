/* MUTANT 3.1a: believes a signature without a checksum. CAUGHT BY:
 * 3.1/what_makes_a_root_pointer, 3.1/where_firmware_keeps_the_root_pointer */
    if (memcmp(rsdp->signature, "RSD PTR ", 8) != 0)
        return false;
    return rsdp->revision < 2 || (rsdp->length == sizeof *rsdp && sum_is_zero(rsdp, sizeof *rsdp));
