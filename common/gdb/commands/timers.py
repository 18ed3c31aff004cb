"""Timers: `timers` shows who sleeps until when, and when each processor's timer interrupts.

The structures are struct run_queue of threads/run_queue.h, and the pairing heap of sleeping threads
in it, taken from the symbols.
"""

from collections.abc import Iterator

import gdb

import machine
from machine import Command, CommandError, say

_NEVER = (1 << 64) - 1
_NODES_MAX = 1 << 20
_SECOND = 1_000_000_000


def _cpus() -> list[gdb.Value]:
    """The struct cpu of all processors that have come up."""
    if gdb.lookup_global_symbol("cpu_count") is None:
        raise CommandError("no symbol cpu_count; this image has no timers, or its symbols are not "
                           "loaded")
    try:
        count = int(gdb.parse_and_eval("cpu_count"))
        pointers = [gdb.parse_and_eval(f"cpus[{number}]") for number in range(min(count, 64))]
        found = [pointer.dereference() for pointer in pointers if int(pointer)]
        found = [cpu for cpu in found if int(cpu["online"]) and int(cpu["queue"]["idle"])]
    except gdb.MemoryError:
        found = []
    if not found:
        raise CommandError("there are no threads yet; `hbreak main`, `continue`")
    return found


def _nodes(heap: gdb.Value) -> Iterator[tuple[gdb.Value, int]]:
    """Every node of a pairing heap, and its parent's key (0: it is the first)."""
    todo = [(heap["first"], 0)]
    for _ in range(_NODES_MAX):
        if not todo:
            return
        pointer, above = todo.pop()
        if int(pointer):
            node = pointer.dereference()
            todo += [(node["sibling"], above), (node["child"], int(node["key"]))]
            yield node, above
    raise CommandError("the timers are a circle, or more than a million")


def _seconds(time: int) -> str:
    return f"{time // _SECOND}.{time % _SECOND:09} s"


def _distance(time: int) -> str:
    """A time between two, in a unit that suits it."""
    for unit, name in ((_SECOND, "s"), (1_000_000, "ms"), (1000, "us")):
        if time >= unit:
            return f"{time / unit:.3f} {name}"
    return f"{time} ns"


class Timers(Command):
    """Show who sleeps until when, and when each processor's timer interrupts it.

    timers       for each processor: what it runs, when its timer will interrupt, when the running
                 thread's slice ends, and all threads that it has to wake, the first one first

    Times are the kernel's own, nanoseconds since boot (clock_now); behind them stands how long that
    is after the last time that a processor has noted. The machine stands still meanwhile.

    Marked with `!!`: a thread that has a timer and does not wait, or waits elsewhere; a timer that
    is in its heap's wrong place; and a processor whose timer comes too late for what it has to do,
    or never. Where a processor is just changing its queue (it holds the lock), it says so.

    Example:  timers"""

    name = "timers"
    completion = gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        machine.register("rip")  # first of all: is there a machine?
        if argument:
            raise CommandError(f"'{argument}' is one word too many")
        cpus = _cpus()
        self._now = max(int(cpu["queue"]["seen"]["began"]) for cpu in cpus)
        say(f"last noted: {_seconds(self._now)}")
        for cpu in cpus:
            self._show(cpu)

    def _time(self, time: int) -> str:
        if time == _NEVER:
            return "never"
        after = time - self._now
        return (f"{_seconds(time)} "
                + (f"(+{_distance(after)})" if after >= 0 else f"(-{_distance(-after)})"))

    def _show(self, cpu: gdb.Value) -> None:
        queue = cpu["queue"]
        idle = int(cpu["thread"]) == int(queue["idle"])
        who = "idle" if idle else f"runs thread {int(cpu['thread']['number'])}"
        armed, ready = int(queue["armed"]), int(queue["ready_count"])
        parts = [f"CPU {int(cpu['number'])}: {who}", f"timer: {self._time(armed)}"]
        wanted = bool(queue["preempt_wanted"])
        slice_end = int(queue["slice_end"])
        if ready and not idle:
            parts.append(f"{ready} ready; the slice " + (
                "is over" if wanted else f"ends at {self._time(slice_end)}"))
        say(", ".join(parts))

        sleepers, wrong = self._sleepers(cpu)
        for time, text in sorted(sleepers):
            say(f"  {self._time(time):<40} {text}")
        first = min((time for time, _ in sleepers), default=_NEVER)
        if armed > first:
            wrong.append("the timer comes too late for the first thread here")
        if ready and not idle and not wanted and armed > slice_end:
            wrong.append("the timer comes too late for the end of the slice")
        if int(queue["lock"]["holder"]):
            say(f"  (CPU {int(queue['lock']['holder']) - 1} is just changing this queue)")
        for text in wrong:
            say(f"  !! {text}")

    @staticmethod
    def _sleepers(cpu: gdb.Value) -> tuple[list[tuple[int, str]], list[str]]:
        """All that this CPU has to wake: when, and who; and what is wrong with them."""
        layout = gdb.lookup_type("struct thread")
        offset = next(field.bitpos // 8 for field in layout.fields() if field.name == "timer")
        waiting = int(gdb.parse_and_eval("THREAD_WAITING"))
        found: list[tuple[int, str]] = []
        wrong: list[str] = []
        try:
            for node, above in _nodes(cpu["queue"]["timers"]):
                start = int(node.address) - offset
                thread = gdb.Value(start).cast(layout.pointer()).dereference()
                name, time = f"thread {int(thread['number'])}", int(node["key"])
                found.append((time, name))
                if time < above:
                    wrong.append(f"{name} stands below one that sleeps longer")
                if int(thread["state"]) != waiting:
                    wrong.append(f"{name} has a timer, but does not wait")
                if int(thread["home"]) != int(cpu.address):
                    wrong.append(f"{name} belongs to another CPU")
        except gdb.MemoryError as error:
            wrong.append(f"the timers lead to where nothing is mapped: {error}")
        return found, wrong


Timers()
