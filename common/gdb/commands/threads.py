"""Threads: `threads` lists them, `thread-bt N` and `btall` say where they are, running or not.

Every thread has a stack, and every stack in the table of mm/stacks.c names its thread. A thread
that does not run has left its registers there (thread_switch.asm): six of them, rbp among them, and
a return address. From there the chain of frame pointers leads on; where it comes to code that was
entered by a trap, the trap frame just above says what was interrupted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import gdb

import machine
from machine import Command, CommandError, say

_STATES = ("ready", "runs", "waits", "ended")  # enum thread_state
_STATES_OF_RUNNING = (1, 2, 3)  # also while it is about to wait, or to end
_SAVED_RBP, _SAVED_RETURN = 32, 48  # from a thread's saved rsp
_FRAMES_MAX = 64
_TRAPS = ("trap_common", "trap_stubs", "preempt_entry")  # where a trap frame lies above the return
# What all who wait are in; where they wait for is further up.
_MACHINERY = {"schedule", "thread_switch", "thread_wait", "preempt_entry", "thread_yield",
              "futex_wait"}


@dataclass(frozen=True)
class Frame:
    """One line of a backtrace."""

    pc: int
    called: bool  # pc is a return address
    interrupted: bool = False

    @property
    def place(self) -> int:
        """An address inside of the instruction that is being executed."""
        return self.pc - 1 if self.called else self.pc

    def _symbol(self) -> tuple[str, int]:
        """Its function's name, or `?`, and the offset into it."""
        match = re.search(r"<(.*?)(?:\+(\d+))?>", machine.symbolise(self.place))
        if not match:
            return "?", 0
        return match[1], self.pc - self.place + int(match[2] or 0)

    @property
    def function(self) -> str:
        """Its function's name, or `?`."""
        return self._symbol()[0]

    @property
    def prologue(self) -> int | None:
        """Bytes on the stack above which the return address lies, where rbp is the caller's yet."""
        offset = self._symbol()[1]
        return None if self.called or offset > 1 else 8 * offset  # `push rbp` is one byte

    def words(self) -> str:
        """`live+663 at common/apps/from-03/thread_storm.c:104`."""
        name, offset = self._symbol()
        text = f"{self.pc:#x}" if name == "?" else f"{name}+{offset}" if offset else name
        line = gdb.find_pc_line(self.place)
        if line.symtab and line.line:
            text += f" at {line.symtab.filename}:{line.line}"
        return text + (", interrupted" if self.interrupted else "")


def _word(address: int) -> int | None:
    data = machine.read_linear(address, 8)
    return None if data is None else int.from_bytes(data, "little")


def _trap_frame(at: int) -> tuple[int, int] | None:
    """rip and rsp of the trap frame at an address."""
    offsets = {item.name: item.bitpos // 8 for item in gdb.lookup_type("struct trap_frame").fields()}
    rip, rsp = (_word(at + offsets[name]) for name in ("rip", "rsp"))
    return None if rip is None or rsp is None else (rip, rsp)


def backtrace(pc: int, rbp: int, rsp: int | None) -> Iterator[Frame]:
    """From a place on, by frame pointers; rsp is None where pc is a return address."""
    frame, above = Frame(pc, rsp is None), 0
    for _ in range(_FRAMES_MAX):
        yield frame
        if frame.called and frame.function in _TRAPS:
            # The interrupted code's rbp was pushed just below the return address to here.
            trap = _trap_frame(above)
            if trap is None:
                return
            rsp, frame = trap[1], Frame(trap[0], False, True)
            continue
        if rsp is not None and frame.prologue is not None:
            frame = Frame(_word(rsp + frame.prologue) or 0, True)
            rsp, above = None, 0
            continue
        below, back = _word(rbp), _word(rbp + 8)
        if not rbp or below is None or not back:
            return
        rbp, above, rsp, frame = below, rbp + 16, None, Frame(back, True)


@dataclass
class Thread:
    """One struct thread, and where it is."""

    address: int
    number: int
    state: int
    weight: int
    cpu: int | None  # its home's number
    running: bool
    idle: bool
    finished: bool
    frames: list[Frame]
    wrong: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """`runs on CPU 1`, `idle on CPU 0`, `waits`."""
        if self.idle:
            return f"idle, CPU {self.cpu}"
        if self.running:
            return f"runs on CPU {self.cpu}"
        name = _STATES[self.state] if self.state < len(_STATES) else f"state {self.state}"
        return f"ready, CPU {self.cpu}" if name == "ready" else name

    def where(self) -> str:
        """What it is at: the functions above the machinery that everybody waits in."""
        frames = [frame for frame in self.frames if frame.function != "?"]
        while (frames and not self.running and not frames[0].interrupted
               and frames[0].function in _MACHINERY):
            frames.pop(0)
        return " < ".join(frame.function for frame in frames[:4])


def _table() -> gdb.Value:
    for symbol in gdb.lookup_static_symbols("stacks"):
        if symbol.type.code == gdb.TYPE_CODE_ARRAY:
            return symbol.value()
    raise CommandError("no table of stacks; this image has no threads, or its symbols are not "
                       "loaded")


def _addresses() -> Iterator[int]:
    """Of all struct thread."""
    table = _table()
    layout = table.type.target()
    offsets = {item.name: item.bitpos // 8 for item in layout.fields()}
    if "thread" not in offsets:
        raise CommandError("the stacks of this image belong to no threads; lab 03 brings them")
    start, slots = int(table.address), table.type.range()[1] + 1
    if machine.read_linear(start, 8) is None:
        raise CommandError("the image is not mapped yet; `hbreak main`, `continue`")
    begun = gdb.lookup_static_symbol("slots_begun")
    used = int(begun.value()) if begun else 0
    data = machine.read_linear(start, (used or slots) * layout.sizeof) or b""
    for at in range(0, len(data), layout.sizeof):
        top, thread = (int.from_bytes(data[at + offsets[name]:at + offsets[name] + 8], "little")
                       for name in ("top", "thread"))
        if top and thread:
            yield thread


def _registers() -> list[tuple[int, int, int]]:
    """rip, rbp and rsp of all processors."""
    text = machine.monitor("info registers -a")
    return [(int(rip, 16), int(rbp, 16), int(rsp, 16)) for rbp, rsp, rip in
            re.findall(r"\bRBP=([0-9a-f]+) RSP=([0-9a-f]+).*?\bRIP=([0-9a-f]+)", text, re.DOTALL)]


def _read(address: int, processors: list[tuple[int, int, int]]) -> Thread:
    pointer = gdb.Value(address).cast(gdb.lookup_type("struct thread").pointer())
    value = pointer.dereference()
    home = value["home"]
    cpu = int(home["number"]) if int(home) else None
    running = cpu is not None and int(home["thread"]) == address
    thread = Thread(
        address, int(value["number"]), int(value["state"]), int(value["weight"]), cpu, running,
        cpu is not None and int(home["queue"]["idle"]) == address, bool(value["finished"]), [])
    stack = value["stack"].dereference()
    low, top, rsp = int(stack["low"]), int(stack["top"]), int(value["rsp"])
    if running:
        if cpu is not None and cpu < len(processors):
            thread.frames = list(backtrace(*processors[cpu]))
        if thread.state not in _STATES_OF_RUNNING and not thread.idle:
            thread.wrong.append(f"runs, but its state is {thread.state}")
    elif not low <= rsp <= top - 56:
        if not thread.idle:
            thread.wrong.append(f"rsp {rsp:#x} is not on its stack, {low:#x} - {top:#x}")
    else:
        back, rbp = _word(rsp + _SAVED_RETURN) or 0, _word(rsp + _SAVED_RBP) or 0
        thread.frames = list(backtrace(back, rbp, None))
        if thread.frames[0].pc == int(gdb.parse_and_eval("(unsigned long)thread_begin")):
            thread.frames = [Frame(back, False)]  # it has not run yet
    return thread


def _threads() -> list[Thread]:
    machine.register("rip")  # first of all: is there a machine?
    addresses = list(_addresses())
    if not addresses:
        raise CommandError("there are no threads yet; threads_init makes the first")
    processors = _registers()
    return sorted((_read(address, processors) for address in addresses),
                  key=lambda thread: thread.number)


def _line(thread: Thread) -> str:
    wrong = f"  !! {', '.join(thread.wrong)}" if thread.wrong else ""
    return f"  {thread.number:<5} {thread.status:<14} {thread.weight:>5}  {thread.where()}{wrong}"


def _show_backtrace(thread: Thread) -> None:
    for number, frame in enumerate(thread.frames):
        say(f"  #{number:<2} {frame.words()}")
    if not thread.frames:
        say("  nothing is known of where it is")


class Threads(Command):
    """Show all threads: what each does, its weight, and the functions it is in.

    For a thread that waits or is ready, the functions are those that led to its switch, innermost
    first, without the scheduler's own. Idle threads are listed, too. Marked with `!!`: a stack
    pointer that is not on the thread's stack, and one that runs without being THREAD_RUNNING.
    GDB itself calls processors threads; `cpus` shows those.

    Example:  threads
              thread-bt 3"""

    name = "threads"
    completion = gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        threads = _threads()
        own = [thread for thread in threads if not thread.idle]
        count = {state: sum(_STATES[thread.state & 3] == state and not thread.running
                            for thread in own) for state in ("ready", "waits", "ended")}
        running = sum(thread.running for thread in own)
        say(f"{len(own)} thread{'s' if len(own) != 1 else ''}: {running} on processors, {count['ready']} ready, "
            f"{count['waits']} waiting" + (f", {count['ended']} ended" if count["ended"] else ""))
        for thread in threads:
            say(_line(thread))


class ThreadBacktrace(Command):
    """Show the backtrace of one thread, whether it runs or not: thread-bt N

    N is its number, as `threads` shows it. It is read from memory by frame pointers, so nothing of
    the machine is changed. A line with `interrupted` is where a trap came; what stands above it
    (with smaller numbers) is what the kernel did then.

    Example:  thread-bt 3"""

    name = "thread-bt"
    completion = gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        if not argument.isdecimal():
            raise CommandError("write the number of a thread, as in `thread-bt 3`; `threads` "
                               "shows them")
        for thread in _threads():
            if thread.number == int(argument):
                say(_line(thread))
                _show_backtrace(thread)
                return
        raise CommandError(f"there is no thread {argument}")


class AllBacktraces(Command):
    """Show the backtraces of all threads, as `thread-bt` does for one.

    Example:  btall"""

    name = "btall"
    completion = gdb.COMPLETE_NONE

    def run(self, argument: str) -> None:
        for thread in _threads():
            say(_line(thread))
            _show_backtrace(thread)


Threads()
ThreadBacktrace()
AllBacktraces()
