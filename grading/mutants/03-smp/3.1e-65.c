/* MUTANT 3.1e: finds room for one more than there is. CAUGHT BY: 3.1/processors_are_counted */
    for (uint32_t i = 0; i < platform->cpu_count; i++)
        if (platform->apic_ids[i] == apic_id)
            return;
    if (!(flags & CPU_ENABLED))
        platform->cpus_disabled++;
    else if (platform->cpu_count > CPUS_MAX)
        platform->cpus_ignored++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
