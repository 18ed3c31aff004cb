/* MUTANT 3.1e: takes a CPU that may be plugged in for one that is there. CAUGHT BY:
 * 3.1/processors_are_counted */
    for (uint32_t i = 0; i < platform->cpu_count; i++)
        if (platform->apic_ids[i] == apic_id)
            return;
    if (!(flags & 3))
        platform->cpus_disabled++;
    else if (platform->cpu_count == CPUS_MAX)
        platform->cpus_ignored++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
