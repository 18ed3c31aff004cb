/* MUTANT 3.5f: fs:0 is not the base. CAUGHT BY: 3.5/a_copy_of_the_template,
 * 3.5/thread_local_data */
    uint64_t size = tls_end - tls_start, given = tls_data_end - tls_start;
    char *memory = aligned_alloc(TLS_ALIGN, size + TLS_ALIGN);

    if (!memory)
        return NULL;
    memcpy(memory, tls_start, given);
    memset(memory + given, 0, size - given);
    *fs_base = (uint64_t)(memory + size);
    return memory;
