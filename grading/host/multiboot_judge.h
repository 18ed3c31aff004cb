/* The judge of loader/from_multiboot.c, with all that the fuzzer leaves fixed. */
#pragma once

#include <stddef.h>

#include "types.h"

#define FUZZ_MEMORY_BASE 0x10000u /* where multiboot_judge puts its input */

/*
 * Compares boot_info_build's work with the model's: `bytes` play the physical memory from `base`
 * on, and nothing else can be read.
 */
void multiboot_judge_at(const uint8_t *bytes, size_t size, paddr_t base, uint32_t magic,
                        paddr_t information);
