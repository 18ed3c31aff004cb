/*
 * Locks behind mm/: what lab 02 wrote for one processor, safe for many.
 *
 * The functions of lab 02 stay as they are. The linker turns calls of them from other files to
 * mm/locks.c (--wrap, LOCKED in stage.mk), which takes a lock, calls the function, and releases the
 * lock; calls inside of one file stay what they were, since there the lock is held already.
 *
 * Four locks, and where several are held they were taken in this order:
 *
 *   regions   region_… of all spaces, and their trees
 *   stacks    which slots are in use, and how far each stack has grown
 *   tables    page tables
 *   heap      slabs; taken with `regions` held (entries of the tree), too
 *   frames    the buddy lists
 *
 * The page-fault handler takes all of them but `heap`. It would wait for ever if the code that it
 * interrupted held one. So no such code may fault: what it touches is the kernel's image and the
 * direct map, which are always mapped, and its stack, which may have to grow. Therefore so much of
 * the stack as that code needs is touched first, before the lock is taken. If a fault comes with
 * a lock held nevertheless, something is broken: the handler tries nothing, and reports.
 */
#pragma once

#include <stdbool.h>

/* Whether the calling CPU holds a lock that a page fault needs. Interrupts are off. */
bool memory_locked(void);
