    /* A division instead of the compiler's help, and zeroes a word at a time. */
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    uint64_t *block = malloc(count * size);
    for (size_t word = 0; block && word < (count * size + 7) / 8; word++)
        block[word] = 0; /* rooms are multiples of 16 */
    return block;
