# Pagurus' front door: every command that a student or an instructor needs. `make help` lists them.
#
# LAB=NN chooses the stage; without it, the last one that exists. V=1 shows each command.

.DEFAULT_GOAL := help

# A student's tree says here which lab it is.
-include handout.mk

# As many jobs as there are cores; a make below this one shares them.
ifeq ($(and $(PAGURUS_JOBS),$(filter-out 0,$(MAKELEVEL))),)
export PAGURUS_JOBS := $(shell nproc)
MAKEFLAGS += -j$(PAGURUS_JOBS)
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules --no-builtin-variables
SHELL := /bin/bash

# Values that a user types are literal (a dollar is a dollar), and go to the tools through the
# environment, never through a command line.
TYPED := LAB APP ARGS HEAP LOCKS PREEMPT MEMORY CPUS MACHINE ACCEL T FROM TO OUT HTML SOLVED SUBMISSION ISOLATE \
         N TIME SEED BASE FORCE QUICK JSON GROUP MIRROR
$(foreach v,$(TYPED),$(if $(filter-out undefined,$(origin $v)),$(eval override $v := $$(value $v))))
APP ?= hello
export $(filter-out LAB,$(TYPED))

$(foreach v,ISOLATE FORCE QUICK SOLVED,$(if $(filter-out yes no 1 0,$($v)),\
    $(error $v=$($v): say yes or no)))

STAGES := $(sort $(notdir $(wildcard labs/[0-9][0-9]-*)))
ONE_LAB := $(filter-out undefined,$(origin LAB))
LAB    ?= $(lastword $(STAGES))
STAGE  := $(if $(findstring %,$(LAB)),,$(filter $(LAB) $(LAB)-% 0$(LAB)-%,$(STAGES)))
ifneq ($(words $(LAB)) $(words $(STAGE)),1 1)
$(error no lab '$(LAB)'; there are: $(foreach s,$(STAGES),$(firstword $(subst -, ,$(s)))))
endif

export V
PAGURUS := PYTHONPATH=grading PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pagurus

# What a command needs is installed before it, once; SETUP=no forbids that.
SETUP ?= yes
export SETUP
student    := common/mk/setup.sh student
maintainer := common/mk/setup.sh student maintainer
ifdef HANDOUT
instructor := echo "this command is for instructors, and not part of a student's tree" >&2; exit 2
maintainer := $(instructor)
endif

include common/mk/build.mk

.PHONY: help setup doctor run grade test gdb qemu-gdb rewind handout carry diff drift forward \
        exercises mutants soak stress host fuzz bench check bare-root clean

help:
	@sed 's/^/  /' common/mk/help.txt $(wildcard common/mk/help-instructor.txt)

setup:
	@common/mk/setup.sh --now "$${GROUP:-student}"

doctor:
	@common/mk/doctor.sh

run:
	@$(student)
	@$(MAKE) build
	@STAGE=$(STAGE) common/mk/run.sh

# Without LAB, at the root: every stage in its turn, and the sum.
grade:
	@$(student)
	@$(PAGURUS) grade $(if $(ONE_LAB),$(STAGE)) \
	    $(if $(SUBMISSION),--submission "$$SUBMISSION") $(if $(filter yes 1,$(ISOLATE)),--isolate)

test:
	@$(student)
	@set -f; $(PAGURUS) test $(STAGE) $$T $(if $(JSON),--json "$$JSON")

gdb qemu-gdb rewind:
	@$(student)
	@$(MAKE) build
	@set -f; $(PAGURUS) $@ $(STAGE) $$T

handout:
	@$(PAGURUS) handout $(STAGE) "$$OUT"

carry:
	@$(PAGURUS) carry "$$FROM" lab=$(STAGE) $(if $(filter yes 1,$(FORCE)),force=yes)

diff:
	@$(PAGURUS) diff "$$FROM" "$$TO" $(if $(HTML),html="$$HTML") $(if $(SOLVED),solved="$$SOLVED")

drift:
	@$(PAGURUS) drift

forward:
	@$(PAGURUS) forward "$$FROM" $(if $(BASE),base="$$BASE") $(if $(filter yes 1,$(FORCE)),force=yes)

exercises:
	@$(PAGURUS) exercises $(STAGE)

mutants:
	@$(maintainer)
	@$(PAGURUS) mutants $(STAGE)

# The parsers on the host: against models, with sanitizers; and under the fuzzer, TIME seconds.
host:
	@$(maintainer)
	@$(MAKE) -C grading/host test STAGE=$(STAGE)

fuzz:
	@$(maintainer)
	@$(MAKE) -C grading/host fuzz STAGE=$(STAGE)

bench:
	@$(maintainer)
	@$(MAKE) build
	@STAGE=$(STAGE) $(PAGURUS:pagurus=bench)

soak:
	@$(instructor)
	@$(student)
	@$(PAGURUS) soak $(STAGE) "$$N"

# Storms of threads with preemption at random, for TIME seconds; SEED repeats one.
stress:
	@$(student)
	@$(PAGURUS) stress $(STAGE) $(if $(TIME),time="$$TIME") $(if $(SEED),seed="$$SEED")

check:
	@$(maintainer)
	@grading/tests/check.sh

# The same in a bare Debian, as root and as an ordinary user.
bare-root:
	@$(instructor)
	@grading/tests/bare-root.sh

clean:
	rm -rf build
