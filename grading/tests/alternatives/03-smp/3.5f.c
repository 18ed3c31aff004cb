    const char *from = tls_start;
    uint64_t size = tls_end - tls_start;
    void *memory;

    if (posix_memalign(&memory, TLS_ALIGN, size + sizeof(struct control_block)))
        return NULL;
    struct control_block *control = (struct control_block *)((char *)memory + size);
    for (char *to = memory; to < (char *)control; to++, from++)
        *to = from < tls_data_end ? *from : 0;
    *control = (struct control_block){control};
    *fs_base = (uint64_t)control;
    return memory;
