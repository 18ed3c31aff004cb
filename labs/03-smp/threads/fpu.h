/*
 * The state of x87, SSE and AVX: what XSAVE saves of it, and where.
 *
 * Kernel code uses none of these registers (-mgeneral-regs-only), applications all of them.
 *
 * Source: Intel SDM vol. 1, chapter 13 (XSAVE); §13.4 for the layout of its area.
 */
#pragma once

#include <stdint.h>

/* What XCR0 has on, and so what XSAVE is to save: thread_switch passes it in edx:eax. */
extern uint64_t fpu_features;

/*
 * Allows the calling CPU to use XSAVE, and AVX where it has that, and WRFSBASE. Panics where the
 * processor has no XSAVE or no WRFSBASE.
 */
void fpu_enable(void);

/*
 * An XSAVE area, from the heap, with the state that a program starts with: all registers empty, all
 * exceptions masked, rounding to nearest. NULL where memory is short. To be freed with free().
 */
void *fpu_area_create(void) __attribute__((warn_unused_result));
