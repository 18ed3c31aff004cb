# How one stage is built: loader.elf, and one image for each application.
#
# In:  STAGE (01-boot), V, WERROR, SAN; labs/$(STAGE)/stage.mk says what the stage is made of.
# Out: build/$(STAGE)/loader.elf and build/$(STAGE)/APP.elf, with symbols and debug information.
#
# All code is compiled once: -mcmodel=kernel code runs in the loader (at 1 MiB) just as well.

S := labs/$(STAGE)
B := build/$(STAGE)
O := $(B)/obj

include $(S)/stage.mk
include common/libc/libc.mk

# make's own defaults (cc, ld) do not count as a choice.
ifneq ($(filter default undefined,$(origin CC)),)
CC := gcc
endif
LD   := ld
NASM ?= nasm
OPT  ?= -Og

WARNINGS := -Wall -Wextra -Wno-unused-parameter
# A handout's empty regions leave things unused; that is no news.
WARNINGS += $(if $(HANDOUT),-Wno-unused -Wno-return-type)
WARNINGS += $(if $(WERROR),-Werror)

INCLUDES := -nostdinc -isystem $(shell $(CC) -print-file-name=include 2> /dev/null) \
            $(addprefix -I,$(LIBC_INCLUDE)) -I$(S)

# One ABI for all: no PIC, frame pointers for backtraces, no calls to what we do not link.
CFLAGS_ALL := -std=gnu11 -m64 -mcmodel=kernel -fno-pic -fno-pie -ffreestanding -g \
              -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-stack-protector \
              -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common \
              $(WARNINGS) $(INCLUDES)

CFLAGS_KERNEL := $(CFLAGS_ALL) $(OPT) -mno-red-zone -mgeneral-regs-only
CFLAGS_LIBC   := $(CFLAGS_ALL) -Os -mno-red-zone -fno-tree-loop-distribute-patterns
CFLAGS_APP    := $(CFLAGS_ALL) -O1

ifneq ($(findstring clang,$(CC)),)
CFLAGS_LIBC := $(filter-out -fno-tree-loop-distribute-patterns,$(CFLAGS_LIBC)) -fno-builtin
endif

NASMFLAGS := -f elf64 -g -F dwarf -I common/include/ -I $(S)/ $(if $(WERROR),-Werror)
LDFLAGS   := -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none
# -n: the loader copies segments out of the file, so that nothing in it needs to be page-aligned.
LDFLAGS_IMAGE := $(LDFLAGS) -n

sources = $(patsubst $(S)/%,%,$(foreach room,$(1),$(sort $(wildcard $(S)/$(room)/*.asm $(S)/$(room)/*.c))))

LOADER_OBJECTS  := $(patsubst %,$(O)/%.o,$(call sources,$(LOADER_ROOMS)) $(LOADER_SHARES))
KERNEL_OBJECTS  := $(patsubst %,$(O)/%.o,$(filter-out $(DEBUG_HEAP) $(DEBUG_LOCKS) $(DEBUG_PREEMPT) $(KERNEL_LIBRARY),\
    $(call sources,$(KERNEL_ROOMS))))
LIBRARY_OBJECTS := $(KERNEL_LIBRARY:%=$(O)/%.o)
LIBC_OBJECTS    := $(patsubst %,$(O)/%.o,$(LIBC_SOURCES))
SUPPORT_OBJECTS := $(patsubst %,$(O)/%.o,$(wildcard common/support/*.c))

# Applications: those of common/apps run on every stage, those of common/apps/from-NN from it on.
number    := $(firstword $(subst -, ,$(STAGE)))
APP_HOMES := common/apps $(foreach home,$(wildcard common/apps/from-*),$(if $(filter \
    %-$(firstword $(sort $(number) $(home:common/apps/from-%=%))),$(home)),$(home)))
APPS      := $(sort $(notdir $(basename $(wildcard $(APP_HOMES:%=%/*.c)))))
IMAGES          := $(patsubst %,$(B)/%.elf,$(APPS))

# APP.debug.elf has the stage's debugging heap in it, to which the linker turns the calls.
DEBUG_HEAP_CALLS := malloc free calloc realloc aligned_alloc posix_memalign
DEBUG_IMAGES     := $(if $(DEBUG_HEAP),$(sort $(patsubst %,$(B)/%.debug.elf,$(filter $(DEBUG_HEAP_APPS) \
    $(if $(filter debug,$(HEAP)),$(APP)),$(APPS)))))

# APP.locks.elf has the stage's watched locks in it, likewise.
LOCKS_CALLS  := spin_take spin_release
LOCKS_IMAGES := $(if $(DEBUG_LOCKS),$(sort $(patsubst %,$(B)/%.locks.elf,$(filter $(DEBUG_LOCKS_APPS) \
    $(if $(filter debug,$(LOCKS)),$(APP)),$(APPS)))))

# APP.preempt.elf has the stage's preemption at random in it, likewise.
PREEMPT_CALLS  := arguments_split queue_run spin_take spin_release
PREEMPT_IMAGES := $(if $(DEBUG_PREEMPT),$(sort $(patsubst %,$(B)/%.preempt.elf,$(filter \
    $(DEBUG_PREEMPT_APPS) $(if $(filter random,$(PREEMPT)),$(APP)),$(APPS)))))

# Helpers in assembly: NAME_*.asm belongs to the application NAME.
app_objects = $(patsubst %,$(O)/%.o,$(wildcard $(APP_HOMES:%=%/$(1).c) $(APP_HOMES:%=%/$(1)_*.asm)))

Q := $(if $(V),,@)

.PHONY: build parts
build: $(B)/loader.elf $(IMAGES) $(DEBUG_IMAGES) $(LOCKS_IMAGES) $(PREEMPT_IMAGES)

# All that is compiled; the images can be linked when they are needed.
parts: $(B)/loader.elf $(KERNEL_OBJECTS) $(DEBUG_HEAP:%=$(O)/%.o) $(DEBUG_LOCKS:%=$(O)/%.o) \
       $(DEBUG_PREEMPT:%=$(O)/%.o) $(foreach app,$(APPS),$(call app_objects,$(app)))

# The commands are part of what an object depends on: other flags, other objects.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(NASM) $(CFLAGS_KERNEL) $(CFLAGS_LIBC) $(CFLAGS_APP) $(NASMFLAGS) $(LDFLAGS_IMAGE)' | cmp -s - $@ || \
	 echo '$(CC) $(NASM) $(CFLAGS_KERNEL) $(CFLAGS_LIBC) $(CFLAGS_APP) $(NASMFLAGS) $(LDFLAGS_IMAGE)' > $@
.PHONY: FORCE
FORCE:

define compile
	@mkdir -p $(@D)
	$(Q)$(CC) $(1) -MMD -MP -c $< -o $@
endef

define assemble
	@mkdir -p $(@D)
	$(Q)$(NASM) $(NASMFLAGS) -MD $(@:.o=.d) -MP $< -o $@
endef

$(LIBC_SSE_SOURCES:%=$(O)/%.o): $(O)/%.o: % $(B)/flags
	$(call compile,$(CFLAGS_LIBC))
$(patsubst %,$(O)/%.o,$(filter-out $(LIBC_SSE_SOURCES),$(LIBC_SOURCES))): $(O)/%.o: % $(B)/flags
	$(call compile,$(CFLAGS_LIBC) -mgeneral-regs-only)
$(O)/common/support/%.c.o: common/support/%.c $(B)/flags
	$(call compile,$(CFLAGS_KERNEL))
$(O)/common/support/%.asm.o: common/support/%.asm $(B)/flags
	$(call assemble)
$(O)/common/apps/%.c.o: common/apps/%.c $(B)/flags
	$(call compile,$(CFLAGS_APP))
$(O)/common/apps/%.asm.o: common/apps/%.asm $(B)/flags
	$(call assemble)
$(O)/%.c.o: $(S)/%.c $(B)/flags
	$(call compile,$(CFLAGS_KERNEL) $(if $(filter $*.c,$(FAST)),-O2))
$(O)/%.asm.o: $(S)/%.asm $(B)/flags
	$(call assemble)

$(O)/libc.a: $(LIBC_OBJECTS) $(SUPPORT_OBJECTS) $(LIBRARY_OBJECTS)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/loader.elf: $(S)/loader/loader.ld $(LOADER_OBJECTS) $(O)/common/support/no_header.asm.o $(O)/libc.a
	$(Q)$(LD) $(LDFLAGS) -T $^ -o $@

# An image is linked twice: the first link tells where its functions are, and the second has their
# names in it (kernel/symbols.c). The table stands behind the code, so the code does not move.
$(O)/symbols/none.o: common/mk/symbols.awk
	@mkdir -p $(@D)
	$(Q)awk -f $< /dev/null > $(@:.o=.asm) && $(NASM) -f elf64 $(@:.o=.asm) -o $@

.SECONDEXPANSION:
$(IMAGES): $(B)/%.elf: $(S)/kernel/image.ld $(KERNEL_OBJECTS) $$(call app_objects,$$*) $(O)/libc.a \
                       $(O)/symbols/none.o common/mk/symbols.awk
	$(link_image)

$(DEBUG_IMAGES): wraps := $(DEBUG_HEAP_CALLS:%=--wrap=%)
$(DEBUG_IMAGES): $(B)/%.debug.elf: $(S)/kernel/image.ld $(KERNEL_OBJECTS) $(DEBUG_HEAP:%=$(O)/%.o) \
                       $$(call app_objects,$$*) $(O)/libc.a $(O)/symbols/none.o common/mk/symbols.awk
	$(link_image)

$(LOCKS_IMAGES): wraps := $(LOCKS_CALLS:%=--wrap=%)
$(LOCKS_IMAGES): $(B)/%.locks.elf: $(S)/kernel/image.ld $(KERNEL_OBJECTS) $(DEBUG_LOCKS:%=$(O)/%.o) \
                       $$(call app_objects,$$*) $(O)/libc.a $(O)/symbols/none.o common/mk/symbols.awk
	$(link_image)

$(PREEMPT_IMAGES): wraps := $(PREEMPT_CALLS:%=--wrap=%)
$(PREEMPT_IMAGES): $(B)/%.preempt.elf: $(S)/kernel/image.ld $(KERNEL_OBJECTS) $(DEBUG_PREEMPT:%=$(O)/%.o) \
                       $$(call app_objects,$$*) $(O)/libc.a $(O)/symbols/none.o common/mk/symbols.awk
	$(link_image)

define link_image
	$(eval objects := $(filter %.ld %.o %.a,$(filter-out %/none.o,$^)))
	$(eval symbols := $(O)/symbols/$(@F:.elf=))
	$(Q)$(LD) $(LDFLAGS_IMAGE) $(LOCKED:%=--wrap=%) $(wraps) -T $(objects) $(O)/symbols/none.o -o $(symbols).first
	$(Q)nm -n $(symbols).first | awk -f common/mk/symbols.awk > $(symbols).asm
	$(Q)$(NASM) -f elf64 $(symbols).asm -o $(symbols).o
	$(Q)$(LD) $(LDFLAGS_IMAGE) $(LOCKED:%=--wrap=%) $(wraps) -T $(objects) $(symbols).o -o $@
endef

-include $(shell find $(O) -name '*.d' 2>/dev/null)
