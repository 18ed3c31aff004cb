/* Processors, threads and time, from their set-up on. */
#pragma once

/* Sets up all of smp/, threads/ and sync/; other CPUs run when it returns. Called once, on the
 * application's stack, after mm_init. Interrupts are on afterwards. */
void smp_init(void);
