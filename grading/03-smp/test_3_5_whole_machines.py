"""Exercise 3.5 is the first with which a machine gets to main: all sizes of machines, to their end."""

import random
import re

import pytest

from pagurus import acpi
from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory

Q35 = "q35,sata=off,smbus=off"
BOOT = "From the entry to `main`"
ENOUGH = 400_000_000  # instructions; the firmware takes 7 million for each CPU


def said(console: str) -> dict[int, int]:
    """The CPUs that have answered `cpus`: number and APIC id."""
    return {int(number): int(apic_id) for number, apic_id in
            re.findall(r"^CPU (\d+): APIC id (\d+), answers", console, re.MULTILINE)}


@exercise("3.5", read=BOOT)
@pytest.mark.parametrize("count, board", [(1, "microvm,acpi=off"), (2, "microvm"), (4, Q35),
                                          (16, "microvm"), (64, "microvm")],
                         ids=["no ACPI", "2", "4 on q35", "16", "64"])
def test_machines_of_all_sizes(machine: MachineFactory, count: int, board: str) -> None:
    """From power-on to the end of an application that asks every processor who it is."""
    outcome = machine("cpus", machine=board, smp=count).run_expect_exit(0, ENOUGH)
    check("the CPUs that have answered (number: APIC id)", {n: n for n in range(count)},
          said(outcome.console))
    check_that("the console", f"{count} of {count} CPUs" in outcome.console,
               f"{count} of {count} CPUs", outcome.console)


@exercise("3.5", read=BOOT)
def test_the_others_go_on(machine: MachineFactory, rng: random.Random) -> None:
    """A machine in which two processors never come up runs with those that did."""
    count = rng.randrange(4, 8)
    missing = dict(zip(rng.sample(range(1, count), 2), rng.sample(range(100, 200), 2)))
    m = machine("cpus", machine="microvm", smp=count)
    m.run_to("image:acpi_read")
    acpi.rename_cpus(m, missing)
    outcome = m.run_expect_exit(1, ENOUGH)
    check("the CPUs that have answered (number: APIC id)",
          {n: n for n in range(count) if n not in missing}, said(outcome.console))
