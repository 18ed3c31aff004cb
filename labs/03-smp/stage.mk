# Stage 03: what it is made of. common/mk/build.mk has the rules.

LOADER_ROOMS  := boot loader     # every .asm and .c file of these rooms is part of the loader
LOADER_SHARES := kernel/uart.c kernel/console.c   # and so are these, from the rooms of the kernel
KERNEL_ROOMS  := kernel mm smp threads sync

# Files of stage 02 that differ here, and why.
SEAMS += kernel/main.c       # starts processors and threads before the application
SEAMS += kernel/traps.h      # all CPUs share the IDT
SEAMS += kernel/traps.c      # all CPUs share the IDT
SEAMS += kernel/image.ld     # the template of thread-local data
SEAMS += mm/layout.h         # addresses for devices
SEAMS += mm/stacks.h         # stacks of threads come and go
SEAMS += mm/stacks.c         # stacks of threads come and go
SEAMS += mm/frames_boot.c    # frame 1 is kept for starting other processors
