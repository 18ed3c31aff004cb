/* Names for addresses of code. */
#pragma once

#include <stdint.h>

/*
 * The function that holds `address`, and in `*offset` how far behind its start that is.
 * NULL for an address outside the image's code.
 */
const char *symbol_at(uint64_t address, uint64_t *offset);
