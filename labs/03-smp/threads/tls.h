/*
 * Thread-local storage: each thread's copy of the image's .tdata and .tbss, found through FS.
 *
 * Variant II: the copy ends where the FS base points to, at the thread control block, whose first
 * word is its own address. The linker has counted from there, downwards.
 *
 * Source: Drepper, "ELF handling for thread-local storage", §3.4.6; System V ABI, x86-64.
 */
#pragma once

#include <stdint.h>

/*
 * Makes a fresh copy: returns the memory, for tls_free, and the FS base for it in *fs_base; NULL
 * where memory is short.
 */
void *tls_create(uint64_t *fs_base) __attribute__((warn_unused_result));

/* Frees what tls_create made; NULL is nothing. */
void tls_free(void *memory);
