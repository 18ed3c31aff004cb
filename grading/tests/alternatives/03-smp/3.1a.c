    /* How many bytes belong to it is what the revision says. */
    size_t size = RSDP_OLD_SIZE;
    for (unsigned i = 0; i < sizeof rsdp->signature; i++)
        if (rsdp->signature[i] != "RSD PTR "[i])
            return false;
    if (rsdp->revision >= 2) {
        if (rsdp->length != sizeof *rsdp)
            return false;
        size = rsdp->length;
    }
    return sum_is_zero(rsdp, RSDP_OLD_SIZE) && sum_is_zero(rsdp, size);
