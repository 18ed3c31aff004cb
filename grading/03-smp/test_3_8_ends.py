"""Exercise 3.8, with all before: two processors end the machine, and one has the last word."""

import pytest

from pagurus.checks import check, check_that, exercise
from pagurus.lab import MachineFactory
from pagurus.outcome import Kind

FIRMWARE = 400_000_000
SAYS = "image:debug_console_sink"  # what writes the last line, and then the machine is gone
ENDS = {"exit": (Kind.EXIT, "exit 5"), "todo": (Kind.TODO, "todo 9.9"),
        "panic": (Kind.PANIC, "panic the end"), "fault": (Kind.PANIC, "panic page fault")}


@exercise("3.8", also_before=True)
@pytest.mark.parametrize("how", ENDS)
def test_one_processor_has_the_last_word(machine: MachineFactory, how: str) -> None:
    """Two processors end the machine at once: what one of them says is whole, and all there is."""
    m = machine("last_words", how, smp=2, machine="microvm")
    m.run_to("image:main", FIRMWARE)
    m.run_to(SAYS)
    first = m.stopped_cpu
    m.step(60)  # some letters of it are out
    m.run_alone(1 - first, 300_000)
    outcome = m.outcome if m.outcome and m.outcome.ended else m.run()
    kind, text = ENDS[how]
    check("how the machine ends", kind.value, outcome.kind.value)
    check("reports", 1, len(m.reports))
    check_that("the report", m.reports[0].startswith(text), text, m.reports[0])


@exercise("3.8", also_before=True)
def test_who_comes_late_says_nothing(machine: MachineFactory) -> None:
    """A processor that could not be stopped in time meets a fault of its own: it is too late."""
    m = machine("last_words", "fault", smp=2, machine="microvm")
    m.run_to("image:main", FIRMWARE)
    m.run_to("image:cpus_stop_others")
    late = m.stopped_cpu
    m.set_breakpoint(SAYS)
    outcome = m.run_alone(1 - late, 30_000_000)
    check("the first processor does not wait for ever", "breakpoint", outcome.kind.value)
    m.clear_breakpoint(SAYS)
    m.run_alone(late, 300_000)
    m.run_expect(Kind.PANIC)
    check("reports", 1, len(m.reports))
    check_that("the console", "while reporting a fault" not in m.console,
               "one report of a fault", m.console[-300:])
