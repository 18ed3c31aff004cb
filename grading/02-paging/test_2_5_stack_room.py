"""Exercise 2.5: a stack grows at any push, but not in the middle of what gives it its memory."""

from pagurus.checks import check_that, exercise, fail
from pagurus.ended import check_end, run_to_exit
from pagurus.lab import MachineFactory
from pagurus.verdict import Words


@exercise("2.5", weight=1, read="stack growth")
def test_growth_does_not_come_between(machine: MachineFactory) -> None:
    """Frames and tables are asked for where the stack is about to grow: no frame gets two owners."""
    m = machine(app="stack_room", machine="microvm")
    m.explain("Each of these functions first touches what it will need of the stack "
              "(mm/stack_room.h). What uses more, such as a large array, may be interrupted.")
    outcome = run_to_exit(m, 400_000_000)
    said = {line.split()[1]: line.split(maxsplit=2)[2] for line in outcome.tap
            if line.startswith(("# wrong ", "# expected ", "# found "))}
    if "wrong" in said:
        fail(said["wrong"], said.get("expected"), said.get("found"))
    check_end(m, outcome)
    check_that("what was played", "# 7670 calls" in outcome.tap, "7670 calls",
               Words(outcome.tap[-1] if outcome.tap else "nothing"))
