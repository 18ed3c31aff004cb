"""The stopped machine as the commands read it: registers, tables, linear and physical memory."""

import inspect
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gdb

MASK64 = (1 << 64) - 1


class CommandError(Exception):
    """Why a command cannot answer, in one line."""


class Command(gdb.Command):
    """One of our commands: its docstring is its help, its errors are one line `name: why`."""

    name = ""
    completion = gdb.COMPLETE_EXPRESSION

    def __init_subclass__(cls) -> None:
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "")  # GDB 12 prints the indentation

    def __init__(self) -> None:
        super().__init__(self.name, gdb.COMMAND_USER, self.completion)

    def run(self, argument: str) -> None:
        """Do the work; print with `say`."""
        raise NotImplementedError

    def invoke(self, argument: str, from_tty: bool) -> None:
        """GDB's entry."""
        try:
            self.run(argument.strip())
        except (CommandError, gdb.error) as error:
            text = " ".join(str(error).split())
            raise gdb.GdbError(f"{self.name}: {text}") from None


def say(line: str = "") -> None:
    """Print one line of a command's output."""
    gdb.write(line.rstrip() + "\n")


# -- the connection ---------------------------------------------------------------------------


def _connection() -> "gdb.RemoteTargetConnection":
    thread = gdb.selected_thread()
    if thread is None or not thread.is_valid():
        raise CommandError("no machine is running; connect to one with `target remote`")
    if thread.is_running():
        raise CommandError("the machine is running; stop it first (Ctrl-C)")
    connection = gdb.selected_inferior().connection
    if not isinstance(connection, gdb.RemoteTargetConnection):
        raise CommandError("this is no machine behind a GDB stub; connect with `target remote`")
    return connection


def monitor(command: str) -> str:
    """The answer of QEMU's monitor to one command."""
    _connection()
    return gdb.execute(f"monitor {command}", to_string=True).replace("\r", "")


# -- registers --------------------------------------------------------------------------------


def register(name: str) -> int:
    """A register of the selected CPU itself, whatever frame is selected."""
    _connection()
    return int(gdb.newest_frame().read_register(name)) & MASK64


@dataclass(frozen=True)
class Segment:
    """A segment register, LDTR or TR, with the base and limit that the CPU keeps for it."""

    selector: int
    base: int
    limit: int


@dataclass(frozen=True)
class Table:
    """GDTR or IDTR."""

    base: int
    limit: int


@dataclass(frozen=True)
class Hidden:
    """What the GDB stub does not tell, from the monitor's `info registers`."""

    code_bits: int  # 16, 32 or 64
    privilege: int
    halted: bool
    segments: dict[str, Segment]
    gdt: Table
    idt: Table


def hidden_registers() -> Hidden:
    """The monitor's view of the selected CPU."""
    # -a shows every CPU; the stub's thread N is CPU N - 1.
    number = gdb.selected_thread().ptid[1] - 1 if _connection() else 0
    parts = re.split(r"^CPU#(\d+)\s*$", monitor("info registers -a"), flags=re.MULTILINE)
    text = dict(zip(parts[1::2], parts[2::2])).get(str(number), "")
    tables = {name: Table(int(base, 16), int(limit, 16)) for name, base, limit in
              re.findall(r"^(GDT|IDT) *= +([0-9a-f]+) ([0-9a-f]+)", text, re.MULTILINE)}
    segments = {name.lower(): Segment(*(int(part, 16) for part in parts)) for name, *parts in
                re.findall(r"^([C-GS]S|LDT|TR) *=([0-9a-f]{4}) ([0-9a-f]+) ([0-9a-f]+)", text,
                           re.MULTILINE)}
    if len(tables) != 2 or "cs" not in segments:
        raise CommandError("this machine's monitor does not know `info registers`; is it QEMU's?")
    mode = re.search(r"^CS =.* CS(16|32|64) ", text, re.MULTILINE)
    privilege = re.search(r"\bCPL=(\d)", text)
    return Hidden(
        code_bits=int(mode[1]) if mode else 16,
        privilege=int(privilege[1]) if privilege else 0,
        halted="HLT=1" in text,
        segments=segments, gdt=tables["GDT"], idt=tables["IDT"],
    )


def cpu_property(name: str) -> str | None:
    """A property of QEMU's CPU object, such as `phys-bits`; None where it cannot be asked for."""
    try:
        answer = monitor(f"qom-get /machine/unattached/device[0] {name}").strip()
    except gdb.error:
        return None
    return None if not answer or answer.startswith("Error") else answer


# -- memory -----------------------------------------------------------------------------------


@contextmanager
def _physical_mode() -> Iterator[None]:
    """The stub's memory packets take physical addresses inside; as it was before, afterwards.

    Ctrl-C waits meanwhile: interrupted between the packets, GDB would go on reading physical
    memory for everything.
    """
    connection = _connection()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        mode = connection.send_packet("qqemu.PhyMemMode")
        if mode not in (b"0", b"1"):
            raise CommandError("this GDB stub cannot read physical memory; is it QEMU's?")
        try:
            connection.send_packet("Qqemu.PhyMemMode:1")
            yield
        finally:
            connection.send_packet(b"Qqemu.PhyMemMode:" + mode)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _read(address: int, size: int) -> bytes:
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_physical(address: int, size: int) -> bytes:
    """Physical memory; where there is none, QEMU gives zeros."""
    with _physical_mode():
        return _read(address, size)


def read_physical_string(address: int, limit: int = 65536) -> bytes:
    """Physical memory up to a zero byte, or `limit` bytes."""
    text = b""
    with _physical_mode():
        while len(text) < limit:
            before, zero, _ = _read(address + len(text), 256).partition(b"\0")
            text += before
            if zero:
                break
    return text[:limit]


def read_linear(address: int, size: int) -> bytes | None:
    """Memory through the CPU's page tables, or None where it is not mapped."""
    _connection()
    try:
        return _read(address, size)
    except gdb.MemoryError:
        return None


# -- addresses --------------------------------------------------------------------------------


def evaluate(expression: str) -> int:
    """The address that an expression means: a function's, an array's or a structure's own; else
    its value. Assembly labels need no `&`."""
    try:
        value = gdb.parse_and_eval(expression)
    except gdb.error as error:
        if "unknown type" not in str(error):
            raise
        value = gdb.parse_and_eval(f"&({expression})")
    kind = value.type.strip_typedefs()
    own = (gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)
    if kind.code in own:
        if value.address is None:
            raise CommandError(f"'{expression}' is no address")
        value = value.address
    elif kind.code == gdb.TYPE_CODE_FLT:
        raise CommandError(f"'{expression}' is no address")
    return int(value) & MASK64


def symbolise(address: int) -> str:
    """`0x100199 <long_mode+4>`, or the address alone."""
    pointer = gdb.lookup_type("void").pointer()
    return gdb.Value(address).cast(pointer).format_string(format="a")


def bit_names(value: int, names: dict[int, str]) -> str:
    """The names of the bits that are set, lowest first; `bit 40` for one without a name."""
    return " ".join(names.get(bit, f"bit {bit}") for bit in range(64) if value >> bit & 1)
