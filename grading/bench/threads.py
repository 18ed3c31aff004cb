"""What threads cost, on our kernel and on Linux: created, switched, blocked, asleep, side by side.

The program is common/apps/from-03/thread_cost.c on both, on the same machine. With one CPU costs are
instructions an operation, kernel work included, the same in each run: under -icount the TSC counts
them. Time asleep passes, but costs none.

With several CPUs they are ticks of the host's clock, medians of rounds in turn. (Linux does not get
a second CPU started under -icount, where a CPU that looks for the other one in a loop keeps it from
running.) The host should have nothing else to do then. Now and then Linux hangs while it starts four
CPUs on two; such a boot is done again, and told.
"""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import guests, linux_guest, memory, rounds
from bench.boot import MACHINES
from bench.errors import BenchError
from bench.guests import Guest
from bench.measure import Findings, Subject, Target
from bench.timing import Run

APP = "thread_cost"
MACHINE = MACHINES[1]  # q35, the machine of the course
MEMORY = "1G"
FASTER = 2  # times as few instructions as Linux
SPEEDUP = 1.9
NO_SLOWER = 1.02  # of a count that is the same in each run; the threads' beginnings are in it
START_MS = 5.0  # that four CPUs may add to a boot
_TRUSTED = "tsc=reliable"  # else Linux watches its TSC for a second, without fine timers
_END = "^end "
_SECONDS = 60.0  # a busy host takes a tenth of it
_CPUS = 2  # where more than one is asked for
_BOOTS = 5  # in each round, where single boots differ by more than what is looked for

Results = dict[str, list[int]]


@dataclass(frozen=True)
class Cost:
    """One line of the table."""

    what: str
    arguments: str
    result: str  # the program's name for the total
    cpus: int = 1
    share: float = FASTER  # Linux may take so many times as much, at least


COSTS = (
    Cost("create and join", "create", "create"),
    Cost("switch by sched_yield", "yield", "time"),
    Cost("mutex, uncontended", "mutex", "mutex", share=1),
    Cost("mutex, 4 threads on 2 CPUs", "contended 4 10", "contended", cpus=_CPUS),
    # Here it is mostly the work that takes time, of which the half that is done with the mutex held
    # is done one after the other: two threads with a bare flag between them take half of Linux' time.
    Cost("the same, 10 times the work", "contended 4 100", "contended", cpus=_CPUS, share=1),
    Cost("condition variable, 1 CPU", "pingpong", "pingpong"),
    Cost("condition variable, 2 CPUs", "pingpong", "pingpong", cpus=_CPUS),
    Cost("nanosleep, beyond its time", "sleep", "sleep"),
)
HEAP_THREADS = (1, 2, 4)


def costs(subject: Subject) -> Findings:
    """Of one operation, ours and Linux': instructions with one CPU, ticks with two."""
    lines = [f"{'one operation':<30}{'ours':>12}{'linux':>12}"]
    targets, data = [], {}
    for cost in COSTS:
        found = _results(subject, cost.arguments, cost.cpus)
        _check_cpus(cost, found)
        each = {name: _median(results, cost.result) for name, results in found.items()}
        lines.append(_line(cost.what, each))
        linux = each.get("linux")
        targets.append(Target(f"{cost.what}" + (", half of Linux'" if cost.share > 1 else ""),
                              each["ours"], linux and linux / cost.share))
        data[cost.what] = {name: {"each": each[name], "runs": found[name]} for name in found}
    return Findings(lines, targets, {"threads": data})


def heap(subject: Subject) -> Findings:
    """malloc and free from several threads on as many CPUs: no dearer than from one.

    Against one thread in instructions, which do not depend on how many CPUs the host has; against
    glibc in ticks of CPU time, of which the host gives no more than it has at any moment.
    """
    four = max(HEAP_THREADS)
    lines = [f"{'malloc and free, 4 CPUs':<30}{'ours':>12}{'linux':>12}{'instructions':>15}"]
    targets: list[Target] = []
    data: dict[str, dict[str, float]] = {}
    for threads in HEAP_THREADS:
        arguments = f"heap {threads}"
        busy = min(threads, os.cpu_count() or 1)
        found = {name: _median(results, "heap") * busy
                 for name, results in _results(subject, arguments, four).items()}
        counted = per_operation(_ended(replace(
            guests.counted(_ours(subject, arguments), MEMORY),
            flags=(*guests.COUNT, "-smp", str(four)))), "heap")
        data[str(threads)] = {**found, "instructions": counted}
        lines.append(_line(f"in {threads} thread{'s'[:threads > 1]}", found)
                     + f"{counted:>{15 if 'linux' in found else 27}.1f}")
        targets.append(Target(f"malloc/free in {threads} threads, against glibc", found["ours"],
                              found.get("linux")))
        if threads > 1:
            targets.append(Target(f"malloc/free in {threads} threads, against one", counted,
                                  data["1"]["instructions"] * NO_SLOWER))
    return Findings(lines, targets, {"threads_heap": data})


def speedup(subject: Subject) -> Findings:
    """How much faster two threads compute pi than one, by the host's clock."""
    times: dict[int, list[int]] = {1: [], 2: []}
    for _ in range(subject.rounds):
        for threads, found in times.items():
            arguments = f"pi {threads}"
            found.append(_ended(_with_cpus(_ours(subject, arguments), _CPUS))["pi"][0])
    ratio = statistics.median(one / two for one, two in zip(times[1], times[2]))
    return Findings([f"pi in two threads is {ratio:.2f} times as fast as in one"],
                    [Target("pi, two threads on two CPUs / one", ratio, SPEEDUP, at_most=False)],
                    {"pi": {str(n): found for n, found in times.items()}})


def start(subject: Subject) -> Findings:
    """What starting three more CPUs adds to a boot; what QEMU takes for them is subtracted.

    On microvm, since the firmware of a q35 takes one of two times, 8 ms apart, for four CPUs. The
    first quartile of many boots, since on two cores four CPUs meet whatever else the host does.
    """
    four = max(HEAP_THREADS)
    contestants = [replace(_with_cpus(guest, cpus), name=f"{guest.name} {cpus}", boots=_BOOTS)
                   for guest in (guests.floor_guest(subject.out), guests.hello_guest(subject.build))
                   for cpus in (1, four)]
    times = {one.guest: [run.spoke * 1000 for run in one.runs]
             for one in rounds.measure(contestants, MACHINES[:1], subject.rounds)}
    quick = {name: statistics.quantiles(found)[0] for name, found in times.items()}
    added = quick[f"hello {four}"] - quick["hello 1"] - (quick[f"floor {four}"] - quick["floor 1"])
    return Findings([f"four CPUs add {added:.1f} ms to a boot (first quartiles of"
                     f" {len(times['hello 1'])} boots each)"],
                    [Target(f"start of {four} CPUs", added, START_MS, unit="ms")],
                    {"start_ms": times})


def per_operation(results: Results, name: str) -> float:
    """A total by the number of operations; of sleeping, what was not asked for."""
    total = results[name][0] - results.get("asked", [0])[0]
    return total / results["operations"][0]


def _check_cpus(cost: Cost, found: dict[str, list[Results]]) -> None:
    """What is to cross CPUs has done so, where the program says on how many it was."""
    for name, runs in found.items():
        for run in runs:
            if run.get("cpus", [cost.cpus]) != [cost.cpus]:
                raise BenchError(f"{cost.what}: {name} did it on {run['cpus'][0]}")


def _line(what: str, each: dict[str, float]) -> str:
    return f"{what:<30}" + "".join(f"{each[name]:>12.1f}" for name in ("ours", "linux")
                                   if name in each)


def _with_cpus(guest: Guest, cpus: int) -> Guest:
    return replace(guest, flags=(*guest.flags, "-smp", str(cpus)))


def _median(runs: Sequence[Results], name: str) -> float:
    return statistics.median(per_operation(results, name) for results in runs)


def _results(subject: Subject, arguments: str, cpus: int) -> dict[str, list[Results]]:
    """What the program found on each kernel, in each round."""
    pair = {"ours": replace(_ours(subject, arguments), memory=MEMORY)}
    if subject.linux:
        folder = subject.linux_folder
        initramfs = linux_guest.build_program(folder, subject.root, APP, "gcc")
        line = (linux_guest.counted_arguments(arguments, _TRUSTED) if cpus == 1 else
                linux_guest.timed_arguments(Path("/proc/cpuinfo").read_text())
                + f" {_TRUSTED} -- {arguments}")
        pair["linux"] = replace(guests.linux(folder, f"{APP} {arguments} on linux", initramfs, _END,
                                             line), memory=MEMORY)
    found: dict[str, list[Results]] = {name: [] for name in pair}
    spare = {name: guest.spare_boots for name, guest in pair.items()}
    for _ in range(subject.rounds if cpus > 1 else 1):
        for name, guest in pair.items():
            if cpus > 1:
                run, failed = rounds.boot(_with_cpus(guest, cpus), MACHINE, spare[name], _SECONDS)
                spare[name] -= failed
                found[name].append(_read(guest, run))
            else:
                found[name].append(_ended(guests.counted(guest, MEMORY)))
                memory.check_clock(guest.name, found[name][-1])
    for name, guest in pair.items():
        if again := guest.spare_boots - spare[name]:
            print(f"{guest.name} with {cpus} CPUs: {again} boots did not end and were done again")
    return found


def _ours(subject: Subject, arguments: str) -> Guest:
    return guests.our_guest(subject.build, APP, _END, f"{APP} {arguments}", arguments)


def _ended(guest: Guest) -> Results:
    return _read(guest, guest.time(MACHINE, _SECONDS))


def _read(guest: Guest, run: Run) -> Results:
    found = memory.parse(run.console)
    if found.get("end") != [0]:
        raise BenchError(f"{guest.name} did not end well")
    return found
