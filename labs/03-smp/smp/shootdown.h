/*
 * TLB shootdown: what one processor unmaps, no processor may go on using.
 *
 * Source: Intel SDM vol. 3A §4.10.5 (propagation of paging-structure changes).
 */
#pragma once

#include <stdbool.h>

#include "types.h"

/*
 * Flushes the pages at these addresses on all CPUs; returns when all have done so. Beyond
 * SHOOTDOWN_PAGES addresses everything is flushed. May be called with interrupts off and locks
 * held: who waits for a lock flushes while it does.
 */
#define SHOOTDOWN_PAGES 64
void shootdown(const vaddr_t *addresses, unsigned count);

/* Does what another CPU asks of this one, if anything. Interrupts are off. */
void shootdown_poll(void);

/* Takes the vector. */
void shootdown_init(void);
