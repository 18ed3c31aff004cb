"""How a machine's run ended, from the report lines of the debug console and QEMU's own state."""

import re
from dataclasses import dataclass, field
from enum import Enum

PREFIX = "pagurus: "
# What each report writes to port 0xf4; QEMU's exit status is (value << 1 | 1) & 0xff.
_VALUES = {"panic": 0x7F, "todo": 0x7E, "refused": 0x7D}


class Kind(Enum):
    """What ended a run, or paused it."""

    EXIT = "exit"  # main returned or called exit: `status`
    PANIC = "panic"
    TODO = "todo"  # an exercise that is not done was reached: `exercise`
    REFUSED = "refused"  # the loader refused the image or the machine
    TRIPLE_FAULT = "triple-fault"
    TIMEOUT = "timeout"  # over its budget, or halted for ever
    BARE_EXIT = "debug-exit-without-report"
    NO_BOOT = "no-boot"  # QEMU did not accept the kernel file
    QEMU_DIED = "qemu-died"
    BREAKPOINT = "breakpoint"  # not ended: a breakpoint or watchpoint that the test has set
    CONSOLE = "console"  # not ended: the awaited text has come


@dataclass(frozen=True)
class Place:
    """A code address, and what is known of it."""

    address: int
    symbol: str | None = None
    offset: int = 0
    line: str | None = None  # "kernel/main.c:12"

    def __str__(self) -> str:
        if self.symbol is None:
            return f"{self.address:#x}"
        offset = f"+{self.offset:#x}" if self.offset else ""
        return f"{self.symbol}{offset}" + (f" ({self.line})" if self.line else "")


@dataclass(frozen=True)
class Outcome:
    """The end (or the pause) of a run, in one sentence and in its parts."""

    kind: Kind
    text: str  # one sentence for people
    status: int | None = None  # of Kind.EXIT
    exercise: str | None = None  # of Kind.TODO
    todo: str = ""  # of Kind.TODO, where known: file:line from the top of the tree
    where: Place | None = None  # where the machine stood, if it is still there to be asked
    console: str = ""
    debug: str = ""
    reports: list[str] = field(default_factory=list)  # without their prefix
    tap: list[str] = field(default_factory=list)
    instructions: int | None = None  # since power-on; None when QEMU is gone

    @property
    def ended(self) -> bool:
        """Whether this machine can never go on."""
        return self.kind not in (Kind.BREAKPOINT, Kind.CONSOLE, Kind.TIMEOUT)


def split_debug(debug: str) -> tuple[list[str], list[str]]:
    """The report lines (without prefix) and the other lines of the debug console."""
    reports: list[str] = []
    tap: list[str] = []
    for line in debug.splitlines():
        if line.startswith(PREFIX):
            reports.append(line[len(PREFIX):])
        elif line.strip():
            tap.append(line)
    return reports, tap


def todo_place(reports: list[str]) -> str:
    """Where the TODO stands that the last report is about, if it says so."""
    match = re.fullmatch(r"todo \S+ (\S+:\d+)", reports[-1]) if reports else None
    return match[1] if match else ""


def last_report(reports: list[str], qemu_status: int) -> tuple[Kind, str, int | None, str | None]:
    """Kind, sentence, status and exercise of a machine that ended itself through port 0xf4."""
    value = qemu_status >> 1
    if not reports:
        return (Kind.BARE_EXIT, f"the machine wrote {value} to port 0xf4 without a report line "
                "on the debug console", None, None)
    word, _, rest = reports[-1].partition(" ")
    expected = _VALUES.get(word)
    if word == "exit" and re.fullmatch(r"\d{1,3}", rest) and int(rest) < 256:
        expected = int(rest) & 0x7F
    if expected is None:
        return (Kind.BARE_EXIT, f"the last report line cannot be read: '{reports[-1]}'",
                None, None)
    if value != expected:
        return (Kind.BARE_EXIT, f"the report line says '{reports[-1]}', which goes with "
                f"{expected:#x} at port 0xf4, but {value:#x} was written there", None, None)
    if word == "exit":
        return Kind.EXIT, f"the program ended with status {int(rest)}", int(rest), None
    if word == "todo":
        exercise = rest.partition(" ")[0]
        return Kind.TODO, f"exercise {exercise} is not done yet", None, exercise
    if word == "refused":
        return Kind.REFUSED, f"the loader refused: {rest}", None, None
    return Kind.PANIC, f"kernel panic: {rest}", None, None
