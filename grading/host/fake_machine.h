/* How tests set up, and look into, the machine that the code under test sees. */
#pragma once

#include <setjmp.h>

#include "types.h"

/* Exit status of a process that reached an exercise which is not done. */
#define HOST_NOT_DONE 77

/* Where the loader lies (physical.h declares the machine's memory itself). */
extern char loader_start[], loader_bss_end[];

/* panic() comes back here, with what it said. */
extern jmp_buf panic_target;
extern char panic_text[200];
