"""A fault that ended in a panic: what the guest reported, in one sentence and in a few lines."""

import re

from pagurus.outcome import Kind, Outcome

_LAST_WORDS = re.compile(r"panic (?P<name>.+) (?P<vector>\d+) at (?P<rip>0x[0-9a-f]+)")
# Lines of a fault report (labs/01-boot/kernel/fault_report.h) that help in GDB only, or, as rip,
# stand in the backtrace, too.
_REGISTERS = re.compile(r"(r[a-z0-9]{1,2} +|cs +|cr0 )0x[0-9a-f]+ ")


def fault_address(reports: list[str]) -> int | None:
    """Where the instruction stands that faulted, if the last report is about a fault."""
    found = _LAST_WORDS.fullmatch(reports[-1]) if reports else None
    return int(found["rip"], 16) if found else None


def in_words(outcome: Outcome) -> str:
    """`kernel panic: page fault (#PF): write to an absent page at 0x10, at store+0x4 (a.c:7)`."""
    found = _LAST_WORDS.fullmatch(outcome.reports[-1]) if outcome.reports else None
    if outcome.kind is not Kind.PANIC or not found or outcome.where is None:
        return outcome.text
    words, lines = found["name"], _last_report(outcome.console.splitlines())
    said = "\n".join(lines)
    error = re.search(r"^error code 0x[0-9a-f]+: (.+)$", said, re.MULTILINE)
    cr2 = re.search(r"^cr2 (0x[0-9a-f]+)$", said, re.MULTILINE)
    if error:
        words += f": {error[1].strip()}"
    if cr2:
        words += f" at {int(cr2[1], 16):#x}"
    return f"kernel panic: {words}, at {outcome.where}"


def _last_report(lines: list[str]) -> list[str]:
    """From the last fault report on, its cause included; empty if there is none."""
    for number in reversed(range(len(lines))):
        if lines[number].startswith("fault: "):
            with_cause = number > 0 and lines[number - 1].startswith("cause: ")
            return lines[number - with_cause:]
    return []


def last_lines(console: str, count: int) -> list[str]:
    """The end of a console; of a fault report its first lines, without the registers."""
    lines = console.splitlines()
    told = [line for line in _last_report(lines) if not _REGISTERS.match(line)]
    return told[:count] if told else lines[-count:]
