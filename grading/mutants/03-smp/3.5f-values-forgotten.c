/* MUTANT 3.5f: everything starts with 0. CAUGHT BY: 3.5/a_copy_of_the_template,
 * 3.5/thread_local_data */
    uint64_t size = tls_end - tls_start;
    char *memory = aligned_alloc(TLS_ALIGN, size + TLS_ALIGN);

    if (!memory)
        return NULL;
    memset(memory, 0, size);
    struct control_block *control = (struct control_block *)(memory + size);
    control->self = control;
    *fs_base = (uint64_t)control;
    return memory;
