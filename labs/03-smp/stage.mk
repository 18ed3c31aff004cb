# Stage 03: what it is made of. common/mk/build.mk has the rules.

LOADER_ROOMS  := boot loader     # every .asm and .c file of these rooms is part of the loader
LOADER_SHARES := kernel/uart.c kernel/console.c   # and so are these, from the rooms of the kernel
KERNEL_ROOMS  := kernel mm smp threads sync

# What only those applications have in them that call it.
KERNEL_LIBRARY := sync/barrier.c sync/condition.c sync/deadline.c sync/mutex.c sync/once.c \
                  sync/rwlock.c sync/semaphore.c sync/spin.c threads/keys.c threads/pthread.c \
                  threads/sched.c threads/time.c

FAST := mm/heap.c mm/caches.c  # compiled with -O2: every malloc goes through them

DEBUG_HEAP      := mm/heap_debug.c  # only in images of HEAP=debug
DEBUG_HEAP_APPS := heap_misuse      # those that the tests boot

DEBUG_LOCKS      := sync/lock_debug.c  # only in images of LOCKS=debug
DEBUG_LOCKS_APPS := lock_model         # those that the tests boot

DEBUG_PREEMPT      := threads/preempt_random.c  # only in images of PREEMPT=random
DEBUG_PREEMPT_APPS := sync_storm thread_storm memory_model  # those that make stress boots

# Functions that other files reach through mm/locks.c; console_write through sync/console_lock.c.
LOCKED := console_write \
          frame_alloc frame_free frames_alloc_run frames_shrink_run frames_free_run frames_split \
          page_map page_map_at page_unmap page_protect page_lookup page_walk_down \
          stack_create stack_grow stack_destroy stacks_destroy \
          region_reserve region_release region_protect region_commit \
          slab_alloc slab_free slab_check slab_trim

# Files of stage 02 that differ here, and why.
SEAMS += kernel/main.c       # starts processors and threads before the application
SEAMS += kernel/traps.h      # all CPUs share the IDT
SEAMS += kernel/traps.c      # all CPUs share the IDT
SEAMS += kernel/image.ld     # the template of thread-local data
SEAMS += mm/layout.h         # addresses for devices
SEAMS += mm/stacks.h         # stacks of threads come and go
SEAMS += mm/stacks.c         # stacks of threads come and go
SEAMS += mm/frames_boot.c    # frame 1 is kept for starting other processors
SEAMS += mm/page_fault.c     # each CPU has faults of its own
SEAMS += mm/heap.c           # counters of many CPUs
SEAMS += mm/heap_debug.c     # behind a lock
SEAMS += mm/page_tables.c    # other CPUs flush what one takes away
SEAMS += kernel/ends.c       # either end stops the other CPUs first
SEAMS += kernel/fault_report.c  # and so does a fault report
