/*
 * Thread-local storage: each thread's copy of .tdata and .tbss, found through FS.
 *
 * Variant II: the copy lies below the thread control block, whose first word is its own address.
 *
 * Source: Drepper, "ELF handling for thread-local storage", §3.4.6; System V ABI, x86-64.
 */
#pragma once

#include <stdint.h>

/* A fresh copy: the FS base for it, or 0 where memory is short. */
uint64_t tls_create(void) __attribute__((warn_unused_result));

/* Frees what belongs to an FS base; 0 is nothing. */
void tls_free(uint64_t fs_base);
