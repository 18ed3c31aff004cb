# Pagurus' front door: every command that a student or an instructor needs. `make help` lists them.
#
# LAB=NN chooses the stage; without it, the last one that exists. V=1 shows each command.

.DEFAULT_GOAL := help

# A student's tree says here which lab it is.
-include handout.mk

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory --no-builtin-rules --no-builtin-variables
SHELL := /bin/bash

STAGES := $(sort $(notdir $(wildcard labs/[0-9][0-9]-*)))
LAB    ?= $(lastword $(STAGES))
STAGE  := $(filter $(LAB) $(LAB)-%,$(STAGES))
ifneq ($(words $(STAGE)),1)
$(error no lab '$(LAB)'; there are: $(foreach s,$(STAGES),$(firstword $(subst -, ,$(s)))))
endif

export V
PAGURUS := PYTHONPATH=grading PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pagurus

# What a command needs is installed before it, once; SETUP=no forbids that.
SETUP ?= yes
export SETUP
student    := common/mk/setup.sh student
maintainer := common/mk/setup.sh student maintainer

# Values that a user types go to the tools through the environment, never through a command line.
export APP ARGS MEMORY MACHINE ACCEL T FROM TO OUT HTML SOLVED SUBMISSION ISOLATE N TIME SEED BASE
export FORCE QUICK JSON
APP ?= hello

include common/mk/build.mk

.PHONY: help setup doctor run grade test gdb qemu-gdb rewind handout carry diff drift forward \
        exercises mutants soak host fuzz bench check clean

help:
	@sed 's/^/  /' common/mk/help.txt

setup:
	@common/mk/setup.sh --now student $(if $(filter maintainer,$(GROUP)),maintainer)

doctor:
	@common/mk/doctor.sh

run:
	@$(student)
	@$(MAKE) build
	@STAGE=$(STAGE) common/mk/run.sh

# Without LAB, at the root: every stage in its turn, and the sum.
grade:
	@$(student)
	@$(PAGURUS) grade $(if $(filter command\ line environment file,$(origin LAB)),$(STAGE)) \
	    $(if $(SUBMISSION),--submission "$$SUBMISSION") $(if $(filter yes 1,$(ISOLATE)),--isolate)

test:
	@$(student)
	@$(PAGURUS) test $(STAGE) $$T $(if $(JSON),--json "$$JSON")

gdb qemu-gdb rewind:
	@$(student)
	@$(MAKE) build
	@$(PAGURUS) $@ $(STAGE) $$T

handout:
	@$(PAGURUS) handout $(STAGE) "$$OUT"

carry:
	@$(PAGURUS) carry "$$FROM" lab=$(STAGE) $(if $(FORCE),force=yes)

diff:
	@$(PAGURUS) diff "$$FROM" "$$TO" $(if $(HTML),html="$$HTML") $(if $(SOLVED),solved="$$SOLVED")

drift:
	@$(PAGURUS) drift

forward:
	@$(PAGURUS) forward "$$FROM" $(if $(BASE),base="$$BASE") $(if $(FORCE),force=yes)

exercises:
	@$(PAGURUS) exercises $(STAGE)

mutants:
	@$(maintainer)
	@$(PAGURUS) mutants $(STAGE)

# The parsers on the host: against models, with sanitizers; and under the fuzzer, TIME seconds.
host:
	@$(student)
	@$(MAKE) -C grading/host test STAGE=$(STAGE)

fuzz:
	@$(maintainer)
	@$(MAKE) -C grading/host fuzz STAGE=$(STAGE)

clean:
	rm -rf build
