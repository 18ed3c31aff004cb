/* Memory management, from its set-up on. */
#pragma once

#include "boot_info.h"

/*
 * Sets up all of mm/: frames, the kernel's address space, guarded stacks, the page-fault handler.
 * Called once, on the loader's tables, after traps_init. Afterwards physical memory is reached by
 * direct() only: `info` has moved there.
 */
void mm_init(const struct boot_info *info);
