/*
 * TLB shootdown: what one processor unmaps, no processor may go on using.
 *
 * A processor flushes only its own TLB (INVLPG). So the others are asked, by an interrupt, and the
 * one that asks waits until all have done it. One request is under way at a time. A CPU with
 * interrupts off does not see the interrupt: those that wait for a spinlock look for requests
 * meanwhile (shootdown_poll), all others have interrupts on again soon. So locks may be held
 * during a shootdown, but nobody may wait, with interrupts off, in any other way for somebody who
 * may need one.
 *
 * Source: Intel SDM vol. 3A §4.10.5 (propagation of paging-structure changes to multiple
 * processors), §4.10.4.1 (operations that invalidate TLBs).
 */
#pragma once

#include "types.h"

/* In one request; where there are more, everything is flushed. */
#define SHOOTDOWN_PAGES 32

/*
 * Flushes `count` pages on all other CPUs that run; returns when all have done so. Where `count` is
 * larger than SHOOTDOWN_PAGES, all pages, global ones too, and `pages` is not read. The caller's
 * own TLB is the caller's business, as is that `pages` is memory that is always mapped.
 */
void shootdown(const vaddr_t *pages, unsigned count);

/* Does what another CPU asks of this one, if anything. Interrupts are off. */
void shootdown_poll(void);

/* Takes the vector. */
void shootdown_init(void);
