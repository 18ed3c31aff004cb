/* What the kernel was told when it was booted. */
#pragma once

#include "boot_info.h"
#include "mm/direct.h"

/* Set before main runs; never changes afterwards. Its addresses are physical. */
extern const struct boot_info *boot_info;

/* What stands at a physical address of boot_info. */
static inline const void *boot_pointer(paddr_t address)
{
    return direct(address);
}
