"""What memory costs in instructions, on our kernel and on Linux: malloc and free, mmap and faults.

The program is common/apps/from-02/memory_cost.c on both. It reads the TSC, which counts
instructions under -icount.

Zeroing is subtracted where the targets say so: how fast a processor clears memory says nothing of a
kernel, and QEMU counts each turn of a REP as an instruction. Ours clears 8 bytes a turn, and the
program measures what that takes for one page. Linux is made to do it likewise (clearcpuid=erms),
and is booted a second time as it would be, clearing one byte a turn. Nothing else differs, so of
all its instructions in the first boot those for zeroing are a seventh of the difference.
"""

import re
import statistics
from dataclasses import dataclass
from typing import Any

from bench import guests, linux_guest
from bench.boot import TIMED_MACHINE
from bench.errors import BenchError
from bench.guests import Guest
from bench.measure import Findings, Subject, Target

APP = "memory_cost"
MEMORY = "1G"
COMPILERS = {"glibc": "gcc", "musl": "musl-gcc"}
FEWER = 3  # times as many instructions as ours Linux has to need for pages
# Large pages where both may use them, as Debian sets Linux; and 4 KiB only on both sides.
SETTINGS = {"large pages": ("pages", ""),
            "4 KiB pages": ("pages small", "transparent_hugepage=never")}
_WORDS = "clearcpuid=erms"  # Linux clears 8 bytes a turn
_SEED = 20240229  # of the trace; any would do, one is needed to compare
_END = "^end "
_SECONDS = 120.0

Results = dict[str, list[int]]


@dataclass(frozen=True)
class PageCosts:
    """Instructions without zeroing."""

    page: float  # mmap, touch and munmap of 256 MiB, for each page of 4 KiB
    fault: float  # one first touch
    data: dict[str, Any]  # what they were made of


def heap(subject: Subject) -> Findings:
    """Instructions an operation of the trace, the kernel's included."""
    found = {"ours": run(our_program(subject, f"heap {_SEED}"))}
    if subject.linux:
        for library in COMPILERS:
            found[library] = run(linux_program(subject, library, f"heap {_SEED}", _WORDS))
    costs = {name: per_operation(results) for name, results in found.items()}
    lines = ["malloc and free, instructions an operation: "
             + ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())]
    targets = [Target(f"malloc/free, against {library}", costs["ours"], costs.get(library),
                      unit="an operation") for library in COMPILERS]
    return Findings(lines, targets, {"heap": {name: {"per_operation": costs[name], **results}
                                              for name, results in found.items()}})


def pages(subject: Subject) -> Findings:
    """Anonymous memory from mmap to munmap, and one first-touch fault; without zeroing."""
    lines = [f"{'instructions without zeroing':<32}{'a page of 256 MiB':>18}{'one fault':>12}"]
    targets, data = [], {}
    for name, (arguments, setting) in SETTINGS.items():
        costs = {"ours": our_costs(run(our_program(subject, arguments)))}
        if subject.linux:
            costs["linux"] = linux_costs(*(
                run(linux_program(subject, "glibc", arguments, more))
                for more in (f"{setting} {_WORDS}".strip(), setting)))
        lines += [f"{who + ', ' + name:<32}{cost.page:>18.1f}{cost.fault:>12.1f}"
                  for who, cost in costs.items()]
        linux = costs.get("linux")
        targets += [
            Target(f"256 MiB, {name}, a third of Linux'", costs["ours"].page,
                   linux and linux.page / FEWER, unit="a page"),
            Target(f"first touch, {name}, a third of Linux'", costs["ours"].fault,
                   linux and linux.fault / FEWER, unit="a fault")]
        data[name] = {who: {"page": cost.page, "fault": cost.fault, **cost.data}
                      for who, cost in costs.items()}
    return Findings(lines, targets, {"pages": data})


def per_operation(results: Results) -> float:
    """Instructions an operation of the trace."""
    return results["trace"][0] / results["operations"][0]


def our_costs(results: Results) -> PageCosts:
    """What is left after the zeroing of the memory itself; that of tables is not subtracted."""
    count, clear = results["pages"][0], results["clear"][0]
    return PageCosts((_total(results) - count * clear) / count,
                     statistics.median(results["fault"]) - clear, {"counts": results})


def linux_costs(words: Results, bytewise: Results) -> PageCosts:
    """What is left after all zeroing, found from two boots that clear in words and in bytes."""
    count = words["pages"][0]
    fault, total = statistics.median(words["fault"]), _total(words)
    clear_fault = zeroing(fault, statistics.median(bytewise["fault"]))
    clear_total = zeroing(total, _total(bytewise))
    return PageCosts((total - clear_total) / count, fault - clear_fault,
                     {"zeroing": {"a_page": clear_total / count, "a_fault": clear_fault},
                      "counts": words, "counts_bytewise": bytewise})


def zeroing(words: float, bytewise: float) -> float:
    """x of rest + x = words, rest + 8 x = bytewise."""
    return (bytewise - words) / 7


def parse(console: bytes) -> Results:
    """The `name number` lines of a program; others are none of its."""
    found: Results = {}
    for name, number in re.findall(rb"^([a-z]+) ([0-9]+)\r?$", console, re.MULTILINE):
        found.setdefault(name.decode(), []).append(int(number))
    return found


def _total(results: Results) -> int:
    return sum(results[name][0] for name in ("mmap", "touch", "munmap"))


def our_program(subject: Subject, arguments: str) -> Guest:
    """The program on our kernel."""
    return guests.counted(
        guests.our_guest(subject.build, APP, _END, f"{APP} {arguments}", arguments), MEMORY)


def linux_program(subject: Subject, library: str, arguments: str, more: str) -> Guest:
    """The program on Linux, whose own command line has `more`."""
    folder = subject.linux_folder
    initramfs = linux_guest.build_program(folder, subject.root, APP, COMPILERS[library])
    line = linux_guest.counted_arguments(arguments, more)
    return guests.counted(
        guests.linux(folder, f"{APP} {arguments} on linux", initramfs, _END, line), MEMORY)


def run(guest: Guest) -> Results:
    """What the program found."""
    found = parse(guest.time(TIMED_MACHINE, _SECONDS).console)
    if found.get("end") != [0]:
        raise BenchError(f"{guest.name} did not end well")
    check_clock(guest.name, found)
    return found


def check_clock(name: str, found: Results) -> None:
    """BenchError unless the program's loop of known length took as long as it should."""
    turns, counted = 1_000_000, found.get("loop", [0])[0]
    if not 2 * turns < counted < 2.05 * turns:
        raise BenchError(f"{name}: the TSC counts {counted:,} for {2 * turns:,} instructions")
