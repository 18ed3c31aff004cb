/* What the kernel was told when it was booted. */
#pragma once

#include "boot_info.h"

/* Set before main runs; never changes afterwards. Its addresses are physical. */
extern const struct boot_info *boot_info;
