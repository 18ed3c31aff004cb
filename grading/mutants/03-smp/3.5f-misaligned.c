/* MUTANT 3.5f: the copy lies 16 bytes behind a boundary. CAUGHT BY: 3.5/a_copy_of_the_template,
 * 3.5/thread_local_data */
    uint64_t size = tls_end - tls_start, given = tls_data_end - tls_start;
    char *memory = aligned_alloc(TLS_ALIGN, size + TLS_ALIGN);

    if (!memory)
        return NULL;
    memcpy(memory + 16, tls_start, given);
    memset(memory + 16 + given, 0, size - given);
    struct control_block *control = (struct control_block *)(memory + 16 + size);
    control->self = control;
    *fs_base = (uint64_t)control;
    return memory;
