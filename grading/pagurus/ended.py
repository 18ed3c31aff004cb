"""Whether an application has come to its own end: what it says could be said by any kernel.

The applications of common/apps/from-02/ended.h keep that in a variable which nobody else can name.
"""

from pagurus.checks import check, check_that
from pagurus.machine import BUDGET, Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import MachineEnded

_EXIT = "image:machine_exit"
_BASIS, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


def _token(args: str) -> int:
    """FNV-1a over the arguments, each with a blank behind it."""
    value = _BASIS
    for byte in b"".join(word.encode() + b" " for word in args.split()):
        value = (value ^ byte) * _PRIME & _MASK
    return value


def run_to_exit(m: Machine, budget: int = BUDGET) -> Outcome:
    """To machine_exit, with the status in rdi (Kind.BREAKPOINT), or to where it ends before that."""
    m.set_breakpoint(_EXIT)
    outcome = m.run(budget)
    if outcome.kind is Kind.BREAKPOINT:
        m.clear_breakpoint(_EXIT)
    return outcome


def check_end(m: Machine, outcome: Outcome) -> None:
    """run_to_exit has come to the end of main, with status 0."""
    if outcome.kind is not Kind.BREAKPOINT or m.reg("rip") != m.address(_EXIT):
        raise MachineEnded(outcome, "the program comes to the end of main, and then to machine_exit")
    check("the exit status of the program", 0, m.reg("rdi") & 0xFF)
    check_that("whether the program has come to the end of main, when machine_exit is called",
               m.u64("image:app_ended") == _token(m.spec.args or ""), "it has",
               "it has not: somebody else ends the machine")
