/* MUTANT 3.1e: in a full list nobody is looked for. CAUGHT BY: 3.1/processors_are_counted */
    if (flags & CPU_ENABLED && platform->cpu_count == CPUS_MAX) {
        platform->cpus_ignored++;
        return;
    }
    for (uint32_t i = 0; i < platform->cpu_count; i++)
        if (platform->apic_ids[i] == apic_id)
            return;
    if (!(flags & CPU_ENABLED))
        platform->cpus_disabled++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
