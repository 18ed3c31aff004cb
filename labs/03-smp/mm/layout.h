/* Who owns which virtual addresses (the design's map of the address space). */
#pragma once

#include "types.h"

#define LOWER_HALF_END  0x0000800000000000ul /* below it: the application's */
#define DIRECT_MAP      0xffff800000000000ul /* all physical memory, at DIRECT_MAP + its address */
#define DIRECT_MAP_END  0xffffc00000000000ul
#define STACK_AREA      0xffffc00000000000ul /* guarded stacks (mm/stacks.h) */
#define STACK_AREA_END  0xffffc10000000000ul
#define DEBUG_AREA      0xffffd00000000000ul /* blocks of the debugging heap (mm/heap_debug.h) */
#define DEBUG_AREA_END  0xffffe00000000000ul
#define DEVICE_AREA     0xffffe00000000000ul /* registers of devices, the firmware's tables */
#define DEVICE_AREA_END 0xffffe10000000000ul
#define IMAGE_AREA      0xffffffff80000000ul /* the image, at its link addresses */
