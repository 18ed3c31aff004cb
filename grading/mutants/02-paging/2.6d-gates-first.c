/* MUTANT 2.6d: looks at the gates before the stacks. CAUGHT BY: 2.6/a_double_fault_without_a_reason
 * */
    kprintf("no handler was entered");
    for (unsigned vector = 0; vector < 32; vector++)
        if (!trap_gate_intact(vector)) {
            kprintf(": gate %u of the IDT is damaged", vector);
            return;
        }
    for (unsigned ist = 1; ist <= IST_STACKS; ist++) {
        uint64_t top = trap_stack(ist);
        bool canonical = top < LOWER_HALF_END || top >= -LOWER_HALF_END;
        struct page_mapping mapping;

        if (canonical && top - address - 1 >= 64)
            continue;
        kprintf(": IST %u, %s, is 0x%lx, ", ist, ist_stack(ist)->name, top);
        if (!canonical) {
            kprintf("not canonical");
            return;
        }
        kprintf("which leads to ");
        print_place(address, PF_WRITE);
        kprintf(page_lookup(&kernel_tables, address, &mapping) ? " (read-only)" : " (absent)");
        return;
    }
    kprintf(", though stacks and gates look right");
