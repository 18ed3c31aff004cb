"""A thread held at one of its instructions, while another does all of its part.

The application sync_sweep plays rounds of two threads, `sync_sweep held KIND`. Here the first one
is stopped somewhere in a function, as an interrupt could stop it; the second one's CPU runs alone
until it has done its part, or can do no more; then all go on, and the round must come to its end.
Each instruction of the function can be tried, so a gap of a single one is found every time.
"""

from typing import NoReturn

from pagurus import atomic
from pagurus.checks import fail
from pagurus.machine import BUDGET, Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import CheckFailed, MachineEnded

_PATH = 20_000  # instructions for a function that the first thread calls, unless it sleeps
_TURNS = 3_000  # steps without a new address: the first thread goes round and does not sleep
_SLEEP = 200_000  # for such a sleep, if it has a time-out
_ALONE = 20_000  # for the second thread's part; it needs some hundreds
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
        """The addresses in these functions that the first thread comes by if it is left alone.

        That is all the way up to a sleep from which only the second one can wake it.
        """
        m, found = self.m, dict[int, None]()
        self._first_comes_to(m.address(f"image:{functions[0]}"))
        cpu = self._cpu_in(functions[0])
        steps = news = 0
        while m.here().symbol != "held_first" and steps < news + _TURNS:
            steps += 1
            if m.here().symbol in functions:
                if m.reg("rip") not in found:
                    found[m.reg("rip")] = None
                    news = steps
                self._step()
            elif not self._return(cpu, m.u64(m.reg("rsp"))):
                break
        self._end_round(m.address("image:futex_wait"))
        return list(found)

    def _step(self) -> None:
        """One instruction; if it changes what all threads use, then at once for all of them."""
        m = self.m
        size = m.symbols[1].by_name["round"].size  # the image's: what the threads share
        address, before = m.reg("rip"), m.read("image:round", size)
        code = m.read(address, 16)
        m.step()
        if m.read("image:round", size) != before and atomic.reads_and_writes_apart(code):
            fail(f"the instruction at {m.place(address, with_line=True)}, which changes what "
                 "other processors change, too", "one that is atomic, with LOCK",
                 "one that reads and writes in two accesses: what is written between them is lost",
                 hint="The functions __atomic_… are atomic; |=, ++ and their like are not.")

    def _return(self, cpu: int, address: int) -> bool:
        """Whether the function just called comes back."""
        m = self.m
        m.set_breakpoint(address)
        outcome = m.run_alone(cpu, _PATH)
        if outcome.kind is not Kind.BREAKPOINT:
            m.run(_SLEEP)  # perhaps its time is up
        m.select_cpu(cpu)
        back = m.reg("rip") == address
        m.clear_breakpoint(address)
        return back

    def interrupt(self, address: int) -> None:
        """A round, in which the first thread stands still at `address` during the other's part."""
        self._first_comes_to(address)
        self._end_round(address)

    def interrupt_both(self, address: int) -> None:
        """The same; but the other one stands still, too, behind its futex_wake."""
        m = self.m
        self._first_comes_to(address)
        first = m.stopped_cpu
        m.set_breakpoint("image:futex_wake")
        self._cue()
        m.clear_breakpoint("image:futex_wake")
        if m.here().symbol == "futex_wake":
            back, second = m.u64(m.reg("rsp")), m.stopped_cpu
            m.set_breakpoint(back)
            m.run_alone(second, _ALONE)
            m.clear_breakpoint(back)
        m.run_alone(first, _ALONE)
        self._await_end(address)

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
        alone = self._cue()
        if alone.ended:
            self._explain(alone, address)
        self._await_end(address)

    def _cue(self) -> Outcome:
        """The second thread does its part, and nobody else does anything."""
        self.m.write("image:may_act", self.m.read("image:go", 8))
        return self.m.run_alone(self._cpu_in("await_cue"), _ALONE)

    def _await_end(self, address: int) -> None:
        m = self.m
        while True:
            outcome = m.run(_ROUND)
            if outcome.kind is not Kind.BREAKPOINT:
                self._explain(outcome, address)
            if m.reg("rip") == m.address("image:round_over"):
                return

    def _cpu_in(self, function: str) -> int:
        """The CPU that stands in a function."""
        for cpu in range(self.m.spec.smp):
            self.m.select_cpu(cpu)
            if self.m.here().symbol == function:
                return cpu
        fail(f"a thread is in {function}", "a CPU there", "none")

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
