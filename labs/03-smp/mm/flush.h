/*
 * What a function of page_tables.c takes away, it takes away on all processors.
 *
 * There invlpg and frame_free are other names for flush_page and flush_table. So what lab 02 wrote for one processor holds for many: pages are flushed on the
 * calling CPU at once, and remembered; when the function is done (mm/locks.c calls flush_finish),
 * the others flush all of them in one go, and only then the frames of tables that are not needed
 * any more are free.
 *
 * Locking: the lock of the tables is held from the first of these calls to flush_finish.
 */
#pragma once

#include "types.h"

/* Flushes a page on this CPU, and on the others by flush_finish at the latest. */
void flush_page(vaddr_t address);

/* Frees a table's frame, once no processor can be walking through it. */
void flush_table(paddr_t frame, unsigned order);

/* Flushes on the other CPUs, and frees the tables' frames. */
void flush_finish(void);
