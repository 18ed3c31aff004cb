"""A thread held at one of its instructions, while another does all of its part.

The application sync_sweep plays rounds of two threads, `sync_sweep held KIND`. Here the first one is
stopped somewhere in a function, as an interrupt could stop it; the second one's CPU runs alone until
it has done its part, or can do no more; then all go on, and the round must come to its end. Each
instruction of the function can be tried, so a gap of a single one is found every time.
"""

from typing import NoReturn

from pagurus.checks import fail
from pagurus.machine import BUDGET, Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import CheckFailed, MachineEnded

_PATH = 6000  # instructions that are looked at until the first thread sleeps or is done
_ALONE = 60_000  # instructions for the second thread's part; it needs some hundreds
_ROUND = 3_000_000  # instructions for a round


class Rounds:
    """A machine that plays them."""

    def __init__(self, machine: Machine) -> None:
        self.m = machine
        machine.run_to("image:main", BUDGET)
        for mark in ("acted", "round_over"):
            machine.set_breakpoint(f"image:{mark}")

    def swap(self, swap: bool) -> None:
        """From the next round on: whether the game's second thread is the first one here."""
        self.m.write("image:held_swap", swap.to_bytes(4, "little"))

    def path(self, functions: list[str]) -> list[int]:
        """The addresses in these functions that the first thread comes by before it sleeps."""
        m, found = self.m, dict[int, None]()
        self._first_comes_to(m.address(f"image:{functions[0]}"))
        for _ in range(_PATH):
            symbol = m.here().symbol
            if symbol in ("held_first", "thread_switch"):
                break
            if symbol in functions:
                found[m.reg("rip")] = None
            m.step()
        else:
            fail(f"{functions[0]} returns, or sleeps", f"within {_PATH} instructions",
                 f"at {m.here(with_line=True)}")
        self._end_round(m.address("image:thread_switch"))
        return list(found)

    def interrupt(self, address: int) -> None:
        """One round, in which the first thread stands still at `address` during the other's part."""
        self._first_comes_to(address)
        self._end_round(address)

    def _first_comes_to(self, address: int) -> None:
        m = self.m
        m.set_breakpoint(address)
        while True:
            outcome = m.run(_ROUND)
            if outcome.kind is not Kind.BREAKPOINT:
                raise MachineEnded(outcome, f"the first thread comes to {m.place(address)} again")
            if m.reg("rip") == address and m.u32("image:first_acts"):
                break
        m.clear_breakpoint(address)

    def _end_round(self, address: int) -> None:
        m = self.m
        m.write("image:may_act", m.read("image:go", 8))
        second = self._second()
        alone = m.run_alone(second, _ALONE)
        if alone.ended:
            self._explain(alone, address)
        while True:
            outcome = m.run(_ROUND)
            if outcome.kind is not Kind.BREAKPOINT:
                self._explain(outcome, address)
            if m.reg("rip") == m.address("image:round_over"):
                return

    def _second(self) -> int:
        """The CPU on which the second thread waits for its cue."""
        for cpu in range(self.m.spec.smp):
            self.m.select_cpu(cpu)
            if self.m.here().symbol == "await_cue":
                return cpu
        fail("the second thread waits for its cue", "a CPU in await_cue", "none")

    def _explain(self, outcome: Outcome, address: int) -> NoReturn:
        when = f"the first thread was interrupted at {self.m.place(address, with_line=True)}"
        if outcome.kind is Kind.TIMEOUT:
            raise CheckFailed(
                f"all threads go on after {when}, and the second one did its part meanwhile",
                "a round that ends", f"{3 - self.m.u32('image:over')} of 3 threads sleep or spin")
        if outcome.kind is Kind.EXIT:
            line = outcome.console.strip().rpartition("\n")[2]
            raise CheckFailed(f"the round is right after {when}", "no complaint", line)
        raise MachineEnded(outcome, f"the round ends after {when}")
