/* Makes memories that hold a multiboot information and all it points to. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "types.h"

#define MEMORY_BYTES_MAX (128u << 10)

/* Memory that is filled from its start on, at physical address `base`. */
struct made_memory {
    uint8_t bytes[MEMORY_BYTES_MAX];
    size_t size;
    uint32_t base;
};

/* Numbers of fields in the multiboot information, in units of 4 bytes. */
enum {
    FLAGS,
    MEM_LOWER,
    MEM_UPPER,
    CMDLINE = 4,
    MODS_COUNT,
    MODS_ADDR,
    MMAP_LENGTH = 11,
    MMAP_ADDR
};

/* Starts a memory with a multiboot information of zeros. */
void memory_start(struct made_memory *memory, uint32_t base);

/* Sets a field of the multiboot information. */
void information_set(struct made_memory *memory, unsigned field, uint32_t value);

/* Each adds something at the end and returns its physical address. */
uint32_t memory_add(struct made_memory *memory, const void *bytes, size_t size);
uint32_t memory_add_text(struct made_memory *memory, const char *text);
uint32_t memory_add_range(struct made_memory *memory, uint32_t entry_size, uint64_t base,
                          uint64_t length, uint32_t type);
uint32_t memory_add_module(struct made_memory *memory, uint32_t start, uint32_t end,
                           uint32_t string);

/* Maps, strings and modules drawn at random: mostly good, some of them broken. */
void memory_make(struct made_memory *memory, uint32_t base);
