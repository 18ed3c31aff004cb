"""Exercise 3.8, with 3.5 and 3.6: threads come and go on many processors; memory follows them."""

import random

import pytest

from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.outcome import Kind

FIRMWARE = 400_000_000


@exercise("3.8", also_before=True)
@pytest.mark.parametrize("cpus", [2, 4, 16])
def test_threads_make_threads_everywhere(machine: MachineFactory, rng: random.Random,
                                         cpus: int) -> None:
    """Bushes of threads on all processors: results, data, and not a page too little afterwards."""
    total = rng.randrange(300, 500)
    m = machine("thread_storm", args=f"{rng.randrange(1, 1 << 32)} {total}", smp=cpus)
    outcome = m.run(2_000_000_000)
    for line in outcome.console.splitlines():
        if line.startswith("wrong: "):
            fail(line.removeprefix("wrong: "), "no difference", "a difference")
    m.run_expect_exit(0)
    check_that("the last line on the console", f"{total} threads have lived" in outcome.console,
               f"{total} threads have lived", outcome.console[-200:])


@exercise("3.8", also_before=True)
def test_the_end_of_others_takes_no_stack(machine: MachineFactory, rng: random.Random) -> None:
    """A thread may use the stack that it asked for, whatever else its processor does meanwhile."""
    m = machine("stack_use", f"deep {rng.randrange(14_000, 15_000)}", machine="microvm")
    m.explain("A thread is interrupted on its own stack, and goes on behind one that has ended.")
    m.run_expect_exit(0, budget=400_000_000)


@exercise("3.8", also_before=True)
def test_two_threads_grow_one_stack(machine: MachineFactory) -> None:
    """Two processors touch new pages of the same stack at the same moment, and both may."""
    m = machine("stack_use", "shared", smp=3, machine="microvm")
    m.run_to("image:touches_upper", budget=FIRMWARE)
    first = m.stopped_cpu
    m.set_breakpoint("image:__wrap_stack_grow")
    m.run_alone(first)
    m.clear_breakpoint("image:__wrap_stack_grow")
    check("the page that the first processor is about to map", hex(m.u64("image:upper_page")),
          hex(m.reg("rsi")))
    m.write("image:may_touch_lower", b"\1")
    m.set_breakpoint("image:lower_touched")
    for cpu in {0, 1, 2} - {first}:
        if m.run_alone(cpu, 400_000).kind is Kind.BREAKPOINT:
            break
    check("where the second one is by then", m.address("image:lower_touched"), m.reg("rip"))
    m.run_expect_exit(0)
