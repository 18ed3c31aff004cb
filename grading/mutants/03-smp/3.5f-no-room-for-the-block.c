/* MUTANT 3.5f: the control block lies behind the memory. CAUGHT BY: 3.5/a_copy_of_the_template */
    uint64_t size = tls_end - tls_start, given = tls_data_end - tls_start;
    char *memory = aligned_alloc(TLS_ALIGN, size);

    if (!memory)
        return NULL;
    memcpy(memory, tls_start, given);
    memset(memory + given, 0, size - given);
    struct control_block *control = (struct control_block *)(memory + size);
    control->self = control;
    *fs_base = (uint64_t)control;
    return memory;
