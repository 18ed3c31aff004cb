# Stage 02: what it is made of. common/mk/build.mk has the rules.

LOADER_ROOMS  := boot loader     # every .asm and .c file of these rooms is part of the loader
LOADER_SHARES := kernel/uart.c kernel/console.c   # and so are these, from the rooms of the kernel
KERNEL_ROOMS  := kernel mm

DEBUG_HEAP      := mm/heap_debug.c  # only in images of HEAP=debug
DEBUG_HEAP_APPS := heap_misuse      # those that the tests boot

# Files of stage 01 that differ here, and why.
SEAMS += kernel/main.c       # sets up memory, and runs the application on a guarded stack
SEAMS += kernel/boot.h       # physical memory is in the direct map, no longer one to one
SEAMS += kernel/traps.h      # IST stacks can be replaced by guarded ones
SEAMS += kernel/traps.c      # IST stacks can be replaced by guarded ones
SEAMS += kernel/backtrace.c  # there are more stacks than the first
