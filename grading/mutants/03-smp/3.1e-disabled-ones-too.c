/* MUTANT 3.1e: counts CPUs that are switched off. CAUGHT BY: 3.1/processors_are_counted,
 * 3.1/the_processors_of_real_machines */
    for (uint32_t i = 0; i < platform->cpu_count; i++)
        if (platform->apic_ids[i] == apic_id)
            return;
    if (platform->cpu_count == CPUS_MAX)
        platform->cpus_ignored++;
    else
        platform->apic_ids[platform->cpu_count++] = apic_id;
