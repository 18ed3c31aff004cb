/* MUTANT 3.1e: counts a CPU again that is listed twice. CAUGHT BY: 3.1/processors_are_counted */
    if (!(flags & CPU_ENABLED))
        platform->cpus_disabled++;
    else if (platform->cpu_count == CPUS_MAX)
        platform->cpus_ignored++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
