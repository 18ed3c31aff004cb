    uint32_t known = 0;

    while (known < platform->cpu_count && platform->apic_ids[known] != apic_id)
        known++;
    if (known < platform->cpu_count)
        return;
    if ((flags & CPU_ENABLED) == 0)
        platform->cpus_disabled += 1;
    else if (known < CPUS_MAX) {
        platform->apic_ids[known] = apic_id;
        platform->cpu_count = known + 1;
    } else
        platform->cpus_ignored += 1;
