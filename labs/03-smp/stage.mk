# Stage 03: what it is made of. common/mk/build.mk has the rules.

LOADER_ROOMS  := boot loader     # every .asm and .c file of these rooms is part of the loader
LOADER_SHARES := kernel/uart.c kernel/console.c   # and so are these, from the rooms of the kernel
KERNEL_ROOMS  := kernel mm smp threads sync
