"""One virtual machine under the grader's eyes: QEMU with its monitor, GDB stub and two consoles.

    with machine(app="args", args="one two") as m:     # the fixture of plugin.py
        m.run_to("kernel_main")                        # hardware breakpoint; raises if not reached
        check("CR4.PAE", True, bool(m.reg("cr4") & 0x20))
        outcome = m.run_expect_exit(0)                 # raises with expected/found otherwise
        check("console", "hello\\n", outcome.console)

The machine is created stopped before its first instruction, and stands still whenever the test
has control. Time is counted in guest instructions (budgets), so that verdicts do not depend on
the host's load; a wall limit on top catches what executes nothing, or hardly anything. See
grading/README.md.
"""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pagurus import faultlog, qemu
from pagurus.channels import Channel, Loop
from pagurus.elfsym import Symbols, read_symbols
from pagurus.gdbstub import GdbStub, Stop, StubError, decode_registers, register_packet
from pagurus.outcome import Kind, Outcome, Place, last_report, split_debug, todo_place
from pagurus.panics import fault_address
from pagurus.qmp import Qmp, QmpError
from pagurus.verdict import CallFailed, CheckFailed, HarnessError, MachineEnded

BUDGET = 200_000_000  # instructions (a second of host time); the firmware's 11 million included
# For run_to. QEMU executes a page that holds a breakpoint one instruction at a time, twenty times
# slower, so that a machine which spins there takes seconds for this.
REACH_BUDGET = 40_000_000
WALL_SECONDS = 300.0  # for one run; only reached when a machine idles or QEMU hangs
_REPLY_SECONDS = 60.0  # QEMU answers within milliseconds; the host may be busy
_IDLE_LOOKS = 40  # so many looks, up to 50 ms apart, at a halted machine in which nothing happens
_STACK_BELOW = 512  # `call` leaves this much under the interrupted stack pointer alone
_OUTPUT_LIMIT = 1 << 20  # bytes on both consoles after which a machine is ended; tests need 10 KiB
_LOG_LIMIT = 8 << 20  # bytes of exception log after which logging is switched off
SNAPSHOT = "pagurus"  # the name of what `stand_before` saves
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

# What QEMU's multiboot loader says when it does not like the kernel file: the student's header
# is wrong then, not the harness.
_NO_BOOT = re.compile(
    r"invalid (load_addr|header_addr|load_end_addr|bss_end_addr|entry_addr)|"
    r"PVH ELF Note|32.?bit one|[Mm]ultiboot|loading (elf|uncompressed) kernel|"
    r"could not load kernel|kernel too small|kernel does not support")


def die_with_parent() -> None:
    """In the child: SIGKILL when the grader ends, however that happens."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Resume:
    """One time that a test let its machine run: `call`, `run`, `run_to` and so on."""

    number: int  # from 1
    call: str | None  # "frame_free(0x3000, 2)" for Machine.call
    changed: bool  # the test has changed the machine before, so that a boot does not lead here
    start: int = 0  # in instructions since power-on
    end: int | None = None  # None when QEMU is gone


class Standing(BaseException):
    """The machine stands before the resume that `stand_before` names: nothing else is to be done."""


class Machine:
    """QEMU, running one boot of one image. Use it as a context manager."""

    def __init__(
        self,
        spec: qemu.MachineSpec,
        symbols: Sequence[Path] = (),
        serial_stall: int = 0,
        wall: float = WALL_SECONDS,
    ) -> None:
        """Start QEMU, stopped before the first instruction.

        symbols: ELF64 files whose symbols the test uses, the loader first.
        serial_stall: COM1 takes one byte, and the next only this many instructions later; then
            all. A driver that does not wait for THR-empty loses bytes. See also `hold_line`.
        """
        self.spec = spec
        self.wall = wall
        self.symbols: list[Symbols] = [read_symbols(path) for path in symbols]
        self.console_bytes = bytearray()
        self.debug_bytes = bytearray()
        self.outcomes: list[Outcome] = []
        self.hint: str | None = None
        self.stand_before = 0  # the number of a resume: save the machine there, and stop the test
        self.resumed = Resume(0, None, False)  # the last time that it was let run
        self._calling: str | None = None
        self._changed = False
        self._over: Outcome | None = None
        self._stderr = bytearray()
        self._breakpoints: set[int] = set()
        self._stop_thread = 1
        self._cached_registers: dict[str, int] | None = None
        self._log_on = True
        self._started = False
        self._idle = (0, 0)  # instructions executed, and for how many looks this has not changed
        self._stall = serial_stall
        self._stall_end = 0  # in instructions, once the line has begun to stall
        self._granted = 0  # instructions up to which a machine may go on that the line held up
        self._process: subprocess.Popen[bytes] | None = None
        self._log_fd = -1
        self._channels = {
            "qmp": Channel("qmp", lambda data: self._qmp.feed(data)),
            # Not "gdb": the monitor's command gdbserver wants that name.
            "stub": Channel("stub", lambda data: self._gdb.feed(data)),
            "dbg": Channel("dbg", self.debug_bytes.extend),
            "com1": Channel("com1", self.console_bytes.extend, pipe=True),
            "stderr": Channel("stderr", self._stderr.extend),
        }
        self._qmp = Qmp(self._channels["qmp"].send)
        self._gdb = GdbStub(self._channels["stub"].send)
        self._loop = Loop(list(self._channels.values()))
        try:
            self._start()
            if serial_stall:
                self.hold_line(after=1)
        except BaseException:
            self.close()
            raise

    # -- start and end ------------------------------------------------------------------------

    def _command(self) -> list[str]:
        command = qemu.base_command(self.spec)
        far = {name: channel.far for name, channel in self._channels.items()}
        for name, device in (
            ("dbg", ["-device", "isa-debugcon,iobase=0xe9,chardev=dbg"]),
            ("stub", ["-gdb", "chardev:stub"]),
            ("qmp", ["-mon", "chardev=qmp,mode=control"]),
            ("com1", ["-serial", "chardev:com1"]),
        ):
            if len(far[name]) == 1:
                command += ["-chardev", f"socket,id={name},fd={far[name][0]}", *device]
            else:
                command += ["-add-fd", f"fd={far[name][0]},set=1",
                            "-add-fd", f"fd={far[name][1]},set=2",
                            "-chardev", f"null,id={name}", *device]
        # A triple fault pauses the machine, so that its registers can be read.
        command += ["-S", "-action", "reboot=shutdown,shutdown=pause"]
        return command + ["-d", "int,cpu_reset", "-D", f"/proc/self/fd/{self._log_fd}"]

    def _start(self) -> None:
        self._log_fd = os.memfd_create("exceptions", 0)
        command = self._command()
        stderr = self._channels["stderr"].far[0]
        inherited = [fd for channel in self._channels.values() for fd in channel.far]
        try:
            self._process = subprocess.Popen(
                command, cwd=self.spec.cwd, stdin=subprocess.DEVNULL, stdout=stderr,
                stderr=stderr, start_new_session=True, preexec_fn=die_with_parent,
                pass_fds=[*inherited, self._log_fd],
            )
        except OSError as error:
            raise HarnessError(f"cannot start {command[0]}: {error.strerror}") from error
        for channel in self._channels.values():
            channel.close_far()
        self._loop.watch_process(self._process.pid)
        self.qmp("qmp_capabilities")
        self._started = True
        # The command line has no way to say this (`input-path` came after QEMU 7.2).
        ends = {"in": "/dev/fdset/1", "out": "/dev/fdset/2", "append": True}
        self.qmp("chardev-change", id="com1", backend={"type": "file", "data": ends})
        # QEMU takes writes of single registers only after its description was asked for.
        self._packet("qXfer:features:read:target.xml:0,ffb")

    def _start_failed(self, status: int, said: str) -> Outcome:
        """QEMU ended before it ran anything: a kernel file it does not boot, or bad options."""
        if _NO_BOOT.search(said):
            name = self.spec.kernel.name
            text = f"QEMU does not take {name} for a multiboot kernel: {said}"
            return self._end(Outcome(Kind.NO_BOOT, text))
        raise HarnessError(f"QEMU did not start (status {status}): {said or 'it said nothing'}")

    def close(self) -> None:
        """End QEMU and its process group for sure."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._loop.close()
        if self._log_fd >= 0:
            os.close(self._log_fd)
            self._log_fd = -1

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def is_there(self) -> bool:
        """Whether QEMU still runs, so that the machine can be looked at."""
        return self._started and not self._loop.process_ended

    def serve_gdb(self, path: str) -> None:
        """Let go of the GDB stub: GDB may connect at this Unix socket (relative to QEMU's cwd)."""
        for address in list(self._breakpoints):
            self.clear_breakpoint(address)
        answer = self.hmp(f"gdbserver unix:{path},server=on,wait=off")
        if "Waiting" not in answer:
            raise HarnessError(f"QEMU serves no GDB at {path}: {answer.strip()}")

    @property
    def pid(self) -> int:
        """QEMU's process id, which is also its process group's."""
        assert self._process is not None
        return self._process.pid

    # -- what the machine said ----------------------------------------------------------------

    @property
    def console(self) -> str:
        """All that COM1 has sent so far, each byte one character."""
        return self.console_bytes.decode("latin-1")

    @property
    def reports(self) -> list[str]:
        """The report lines so far, without `pagurus: `."""
        return split_debug(self.debug_bytes.decode(errors="replace"))[0]

    @property
    def tap(self) -> list[str]:
        """The other lines of the debug console so far."""
        return split_debug(self.debug_bytes.decode(errors="replace"))[1]

    @property
    def outcome(self) -> Outcome | None:
        """How the last run ended or paused; None before the first."""
        return self.outcomes[-1] if self.outcomes else None

    def explain(self, hint: str) -> None:
        """From here on, a failure of the test shows this hint, if the check has none itself."""
        self.hint = hint

    # -- monitor ------------------------------------------------------------------------------

    def qmp(self, command: str, **arguments: Any) -> Any:
        """One QMP command; when QEMU is gone, MachineEnded."""
        self._alive(command)
        number = self._qmp.execute(command, **arguments)
        self._await(lambda: self._qmp.has_reply(number), f"a reply to {command}")
        try:
            return self._qmp.reply(number)
        except QmpError as error:
            raise HarnessError(f"QMP {command}: {error}") from error

    def hmp(self, command: str) -> str:
        """One command of the human monitor (`info mtree`, `i /1bx 0x3fb`); its output."""
        return self.qmp("human-monitor-command", **{"command-line": command}).replace("\r", "")

    def icount(self) -> int:
        """Instructions executed since power-on (0 with KVM, which does not count)."""
        return self.qmp("query-replay").get("icount", 0)

    def inb(self, port: int) -> int:
        """Read an I/O port, with the side effects that this has for the device."""
        answer = self.hmp(f"i /1bx {port:#x}")
        match = re.search(r"= 0x([0-9a-f]+)", answer)
        if not match:
            raise HarnessError(f"port {port:#x} cannot be read: {answer.strip()}")
        return int(match[1], 16)

    def outb(self, port: int, value: int) -> None:
        """Write an I/O port."""
        self._changed = True
        self.hmp(f"o /1bx {port:#x} {value:#x}")

    # -- registers and memory -----------------------------------------------------------------

    def registers(self) -> dict[str, int]:
        """All registers by name: rax.., rip, rflags, cs.., fs_base.., cr0 cr2 cr3 cr4 cr8 efer."""
        if self._cached_registers is None:
            self._cached_registers = decode_registers(self._packet("g"))
        return dict(self._cached_registers)

    def reg(self, name: str) -> int:
        """One register."""
        registers = self.registers()
        if name not in registers:
            raise HarnessError(f"no register '{name}'; there are: {' '.join(registers)}")
        return registers[name]

    def set_reg(self, name: str, value: int) -> None:
        """Write one register (in 64-bit mode; the stub cannot reach r8.. in the others)."""
        self._changed = True
        self._expect_ok(register_packet(name, value))
        self._cached_registers = None

    def select_cpu(self, index: int) -> None:
        """Registers and memory are from here on those of CPU `index` (from 0)."""
        self._expect_ok(f"Hgp1.{index + 1:x}")
        self._cached_registers = None

    def tables(self) -> dict[str, tuple[int, int]]:
        """Base and limit of `gdt`, `idt`, `tr` and `ldt`."""
        info = self.hmp("info registers")
        found: dict[str, tuple[int, int]] = {}
        for name, base, limit in re.findall(
                r"^(GDT|IDT) *= +([0-9a-f]+) ([0-9a-f]+)", info, re.MULTILINE):
            found[name.lower()] = (int(base, 16), int(limit, 16))
        for name, base, limit in re.findall(
                r"^(TR|LDT) *=[0-9a-f]{4} ([0-9a-f]+) ([0-9a-f]+)", info, re.MULTILINE):
            found[name.lower()] = (int(base, 16), int(limit, 16))
        return found

    def mode(self) -> int:
        """Width of the code that the CPU executes: 16, 32 or 64."""
        match = re.search(r"^CS =.* CS(16|32|64) ", self.hmp("info registers"), re.MULTILINE)
        return int(match[1]) if match else 16

    def read(self, where: str | int, length: int, physical: bool = False) -> bytes:
        """Memory through the CPU's page tables, or physical; an unmapped address is CheckFailed."""
        address = self.address(where)
        data = bytearray()
        with self._physical(physical):
            while len(data) < length:
                size = min(length - len(data), 1024)
                reply = self._packet(f"m{address + len(data):x},{size:x}")
                if reply.startswith("E"):
                    raise CheckFailed(f"memory at {address + len(data):#x} cannot be read",
                                      "mapped memory", "no mapping")
                data += bytes.fromhex(reply)
        return bytes(data)

    def write(self, where: str | int, data: bytes, physical: bool = False) -> None:
        """Write memory through the CPU's page tables, or physical."""
        address = self.address(where)
        self._changed = True
        with self._physical(physical):
            for at in range(0, len(data), 1024):
                piece = data[at:at + 1024]
                if self._packet(f"M{address + at:x},{len(piece):x}:{piece.hex()}") != "OK":
                    raise CheckFailed(f"memory at {address + at:#x} cannot be written",
                                      "mapped memory", "no mapping")

    def u8(self, where: str | int, physical: bool = False) -> int:
        """The byte at a symbol or address."""
        return self._integer(where, 1, physical)

    def u16(self, where: str | int, physical: bool = False) -> int:
        """The 16-bit integer at a symbol or address."""
        return self._integer(where, 2, physical)

    def u32(self, where: str | int, physical: bool = False) -> int:
        """The 32-bit integer at a symbol or address."""
        return self._integer(where, 4, physical)

    def u64(self, where: str | int, physical: bool = False) -> int:
        """The 64-bit integer at a symbol or address."""
        return self._integer(where, 8, physical)

    def cstring(self, where: str | int, limit: int = 65536, physical: bool = False) -> str:
        """The text up to a zero byte."""
        address, text = self.address(where), b""
        while len(text) < limit:
            # Not over the page's end: the next one may not be mapped.
            piece = self.read(address + len(text), min(64, 64 - (address + len(text)) % 64),
                              physical)
            before, zero, _ = piece.partition(b"\0")
            text += before
            if zero:
                return text.decode(errors="replace")
        raise CheckFailed(f"no end of the string at {address:#x}",
                          f"a zero byte within {limit} bytes", text[:40])

    def _integer(self, where: str | int, size: int, physical: bool) -> int:
        return int.from_bytes(self.read(self.address(where), size, physical), "little")

    @contextlib.contextmanager
    def _physical(self, physical: bool) -> Iterator[None]:
        if not physical:
            yield
            return
        self._expect_ok("Qqemu.PhyMemMode:1")
        try:
            yield
        finally:
            self._expect_ok("Qqemu.PhyMemMode:0")

    # -- symbols ------------------------------------------------------------------------------

    def add_symbols(self, path: Path) -> None:
        """Know the symbols of one more ELF64 file."""
        self.symbols.append(read_symbols(path))

    def has_symbol(self, name: str) -> bool:
        """Whether any of the files defines a symbol."""
        return any(name in symbols.by_name for symbols in self.symbols)

    def address(self, where: str | int) -> int:
        """A symbol's address; the loader's symbol wins when the image has it too.

        `image:uart_init` means the symbol of a file whose name without suffix, or position
        (`loader` is the first file, `image` the second), stands before the colon.
        """
        if isinstance(where, int):
            return where
        of, _, name = where.rpartition(":")
        for index, symbols in enumerate(self.symbols):
            role = ("loader", "image")[index] if index < 2 else ""
            if (not of or of in (role, symbols.path.stem)) and name in symbols.by_name:
                return symbols.by_name[name].address
        files = ", ".join(symbols.path.name for symbols in self.symbols) or "no file"
        raise CheckFailed(f"there is no symbol '{where}' in {files}",
                          hint="Names that the tests look for stand outside of the exercises.")

    def place(self, address: int, with_line: bool = False) -> Place:
        """What is known of a code address."""
        for symbols in self.symbols:
            found = symbols.find(address)
            if found:
                symbol, offset = found
                line = symbols.line(address) if with_line else None
                return Place(address, symbol.name, offset, _short_line(line))
        for symbols in self.symbols:
            label = symbols.label_of_copy(address)
            if label:
                return Place(address, *label, "smp/trampoline.asm" if with_line else None)
        return Place(address)

    def here(self, with_line: bool = False) -> Place:
        """Where the CPU stands."""
        return self.place(self.reg("rip"), with_line)

    # -- running ------------------------------------------------------------------------------

    def run(self, budget: int = BUDGET) -> Outcome:
        """Run until the machine ends, a breakpoint is hit, or the budget of instructions is over."""
        return self._go("vCont;c", budget)

    def run_expect_exit(self, status: int, budget: int = BUDGET) -> Outcome:
        """Run to the end, which must be `exit STATUS`; anything else raises."""
        outcome = self.run(budget)
        if outcome.kind is not Kind.EXIT:
            raise MachineEnded(outcome, f"the program ends with status {status}")
        if outcome.status != status:
            raise CheckFailed("the exit status of the program", status, outcome.status)
        return outcome

    def run_expect(self, kind: Kind, budget: int = BUDGET) -> Outcome:
        """Run to the end, which must be of this kind; anything else raises MachineEnded."""
        outcome = self.run(budget)
        if outcome.kind is not kind:
            raise MachineEnded(outcome, _WANTED.get(kind, f"the machine ends with {kind.value}"))
        return outcome

    def run_to(self, where: str | int, budget: int = REACH_BUDGET) -> None:
        """Run until the CPU is about to execute `where` (the next time, if it stands there)."""
        address = self.address(where)
        was_set = address in self._breakpoints
        if not was_set:
            self.set_breakpoint(address)
        outcome = self._go("vCont;c", budget)
        if outcome.kind is Kind.BREAKPOINT:
            if not was_set:
                self.clear_breakpoint(address)
            if self.reg("rip") == address:
                return
        name = where if isinstance(where, str) else f"{where:#x}"
        raise MachineEnded(outcome, f"the machine reaches {name}")

    @property
    def stopped_cpu(self) -> int:
        """The CPU that the last breakpoint has stopped."""
        return self._stop_thread - 1

    def run_alone(self, cpu: int, budget: int = REACH_BUDGET) -> Outcome:
        """Run one CPU while all others stand still, until it halts or as `run` does.

        What it waits for from another CPU cannot come: one that spins takes the whole budget.
        """

        def halted() -> bool:
            info = self.hmp("info registers -a")
            match = re.search(rf"CPU#{cpu}\b.*?HLT=(\d)", info, re.DOTALL)
            return match is not None and match[1] == "1"

        return self._go(f"vCont;c:p1.{cpu + 1:x}", budget, until=halted)

    def step(self, count: int = 1) -> None:
        """Execute single instructions of the stopped CPU; interrupts wait meanwhile."""
        for _ in range(count):
            outcome = self._go("vCont;s:p1." + f"{self._stop_thread:x}", BUDGET, stepping=True)
            if outcome.kind is not Kind.BREAKPOINT:
                raise MachineEnded(outcome, "the machine executes one more instruction")

    def wait_for_console(self, pattern: str, budget: int = BUDGET) -> re.Match[str]:
        """Run until COM1 has sent what the regular expression matches, then stop the machine."""
        compiled = re.compile(pattern)

        def found() -> bool:
            return compiled.search(self.console) is not None

        outcome = self._go("vCont;c", budget, until=found) if not found() else None
        match = compiled.search(self.console)
        if match:
            return match
        assert outcome is not None
        raise MachineEnded(outcome, f"the console shows /{pattern}/")

    def send(self, data: bytes) -> None:
        """Type at COM1; the bytes arrive one by one as the machine runs and takes them."""
        self._changed = True
        self._channels["com1"].send(data)

    def set_breakpoint(self, where: str | int) -> None:
        """A hardware breakpoint, which needs no mapped memory and works in every mode."""
        self._expect_ok(f"Z1,{self.address(where):x},1")
        self._breakpoints.add(self.address(where))

    def clear_breakpoint(self, where: str | int) -> None:
        """Remove a breakpoint."""
        self._expect_ok(f"z1,{self.address(where):x},1")
        self._breakpoints.discard(self.address(where))

    def watch(self, where: str | int, length: int = 8) -> None:
        """Let `run` stop (Kind.BREAKPOINT) after a write to these bytes."""
        self._expect_ok(f"Z2,{self.address(where):x},{length:x}")

    def call(self, function: str | int, *arguments: int | bytes, budget: int = 50_000_000,
             stack: int | None = None) -> int:
        """Call a C function in the stopped machine and return its rax.

        Integers go into rdi, rsi, rdx, rcx, r8, r9; bytes are put on the stack, 16-byte aligned,
        and passed by address. The stack is the interrupted one below its red zone, or `stack`.
        Backtraces end at the caller, where the machine stands. Afterwards all registers are as
        before. Raises CallFailed when the function does not
        return (panic, TODO, triple fault, timeout).
        """
        if len(arguments) > 6:
            raise HarnessError("call passes at most six arguments")
        name = function if isinstance(function, str) else f"{function:#x}"
        if self.mode() != 64:
            raise CheckFailed(f"{name} is to be called in 64-bit mode", "64-bit code",
                              f"{self.mode()}-bit code at {self.here()}")
        before = self.registers()
        top = (stack if stack is not None else before["rsp"] - _STACK_BELOW) & ~15
        values: list[int] = []
        for argument in arguments:
            if isinstance(argument, bytes):
                top = (top - len(argument) - 1) & ~15
                self.write(top, argument + b"\0")
                values.append(top)
            else:
                values.append(argument)
        # The function returns to where the machine stands now: that is mapped and executable
        # for sure. It may run through there on its own, so the stack pointer tells the return.
        # A byte further on, where nothing is executed, since backtraces look up what lies before
        # a return address. Frame pointer and return address of the caller are 0, which ends them.
        home = before["rip"] + 1
        top -= 16
        self.write(top - 8, home.to_bytes(8, "little") + bytes(16))
        self.set_reg("rbp", 0)
        for register, value in zip("rdi rsi rdx rcx r8 r9".split(), values):
            self.set_reg(register, value)
        self.set_reg("rax", 0)
        self.set_reg("rsp", top - 8)
        self.set_reg("rip", self.address(function))
        was_set = home in self._breakpoints
        if not was_set:
            self.set_breakpoint(home)
        self._calling = f"{name.split(':')[-1]}({', '.join(map(_argument, arguments))})"
        try:
            self._return_to(home, top, name, budget)
        finally:
            self._calling = None
        if not was_set:
            self.clear_breakpoint(home)
        result = self.reg("rax")
        for register in ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip "
                         "rflags").split():
            self.set_reg(register, before[register])
        return result

    def _return_to(self, home: int, stack: int, name: str, budget: int) -> None:
        while True:
            outcome = self._go("vCont;c", budget)
            if outcome.kind is not Kind.BREAKPOINT:
                raise CallFailed(outcome, name)
            if self.reg("rip") == home and self.reg("rsp") == stack:
                return
            if self.reg("rip") != home:
                raise CallFailed(outcome, name)

    def hold_line(self, after: int) -> None:
        """COM1 takes this many bytes from here on, and then none until `release_line`.

        The UART holds two more (THR and the shift register), which are lost if the machine ends
        before TEMT. So a machine that sends its last bytes into a held line, and waits for them
        as it should, runs into its budget: give `run` a small one, 300,000 or so.
        """
        self._channels["com1"].hold(after)

    def release_line(self) -> None:
        """COM1 takes everything at once again."""
        self._channels["com1"].release()

    # -- the engine ---------------------------------------------------------------------------

    def _alive(self, wanted: str) -> None:
        if self._over is not None and (
                self._process is None or self._loop.process_ended):
            raise MachineEnded(self._over, f"the machine still answers ({wanted})")

    def _await(self, done: Callable[[], bool], what: str) -> None:
        """Pump until done; QEMU's end meanwhile raises, a hang is the harness's error."""
        if self._loop.wait(done, _REPLY_SECONDS):
            return
        if not self._loop.process_ended:
            raise HarnessError(f"QEMU gave no {what} within {_REPLY_SECONDS:.0f} s")
        if self._over is None:
            self._process_end()
        assert self._over is not None
        raise MachineEnded(self._over, what)

    def _packet(self, packet: str) -> str:
        self._alive("to the GDB stub")
        self._gdb.replies.clear()
        self._gdb.send(packet)
        self._await(lambda: bool(self._gdb.replies), f"a reply to GDB packet {packet[:20]}")
        return self._gdb.replies.popleft()

    def _expect_ok(self, packet: str) -> None:
        reply = self._packet(packet)
        if reply != "OK":
            raise StubError(f"the GDB stub answers '{reply}' to '{packet}'")

    def _go(self, packet: str, budget: int, until: Callable[[], bool] | None = None,
            stepping: bool = False) -> Outcome:
        """Resume, and look after the running machine until it stops."""
        if self._over is not None:
            return self._over
        self.resumed = Resume(self.resumed.number + 1, self._calling, self._changed)
        if self.resumed.number == self.stand_before:
            self._save()
            raise Standing(self.resumed)
        try:
            outcome = self._resume(packet, budget, until, stepping)
        except MachineEnded as error:  # QEMU has ended between two looks at it
            outcome = error.outcome
        self.resumed.end = outcome.instructions
        return outcome

    def _save(self) -> None:
        """Into the disk that this machine was given for it (lab.py)."""
        answer = self.hmp(f"savevm {SNAPSHOT}").strip()
        if answer:
            raise HarnessError(f"QEMU saves no snapshot: {answer}")

    def _resume(self, packet: str, budget: int, until: Callable[[], bool] | None,
                stepping: bool) -> Outcome:
        if not stepping and self.reg("rip") in self._breakpoints:
            # QEMU would stop at once again; one step without the breakpoint gets past it.
            here = self.reg("rip")
            self._expect_ok(f"z1,{here:x},1")
            outcome = self._resume(f"vCont;s:p1.{self._stop_thread:x}", budget, None, True)
            if self._over is not None:
                return outcome
            self._expect_ok(f"Z1,{here:x},1")
            if outcome.kind is not Kind.BREAKPOINT or self.reg("rip") in self._breakpoints:
                return outcome
        counted = qemu.accelerator() == "tcg"
        self.resumed.start = self.resumed.start or self.icount()
        limit = self.resumed.start + budget
        self._granted = 0
        wall_end = time.monotonic() + self.wall
        self._cached_registers = None
        self._gdb.stops.clear()
        self._gdb.send(packet)
        pause, why = 0.002, None
        while why is None:
            self._loop.wait(lambda: bool(self._gdb.stops), pause)
            if self._loop.process_ended:
                return self._process_end()
            if self._gdb.stops:
                return self._stopped(self._gdb.stops.popleft())
            if until is not None and until():
                return self._pause(Kind.CONSOLE, "the awaited text has come")
            pause = min(pause * 1.5, 0.005 if self._stall else 0.05)
            why = self._why_stop(limit, budget, wall_end, counted)
            if self._gdb.stops:  # it came during that look, and there will be no other
                return self._stopped(self._gdb.stops.popleft())
        return self._pause(Kind.TIMEOUT, why)

    def _why_stop(self, limit: int, budget: int, wall_end: float, counted: bool) -> str | None:
        """Look at the running machine; the reason to end it as a timeout, or None."""
        try:
            executed = self.icount() if counted else 0
            if self._stall:
                self._serve_stall(executed, budget)
            if executed > max(limit, self._granted):
                return f"still running after {budget:,} instructions"
            if len(self.console_bytes) + len(self.debug_bytes) > _OUTPUT_LIMIT:
                return f"more than {_OUTPUT_LIMIT >> 20} MiB of output"
            why = self._why_halted(executed)
            if why:
                return why
            if self._log_on and os.fstat(self._log_fd).st_size > _LOG_LIMIT:
                self.hmp("log none")
                self._log_on = False
                return faultlog.endless(self._log(), lambda address: str(self.place(address)))
        except MachineEnded:
            return None  # QEMU ended meanwhile; the loop sees it
        if time.monotonic() > wall_end:
            return f"no end within {self.wall:.0f} s"
        return None

    def _serve_stall(self, executed: int, budget: int) -> None:
        """Release the line when it has stalled for as long as was asked for."""
        if not self._channels["com1"].is_full:
            return
        # The machine waits for the line, and the line for this process, however long that sleeps.
        self._granted = executed + self._stall + budget
        if not self._stall_end:
            self._stall_end = executed + self._stall
        elif executed >= self._stall_end:
            self._stall = 0
            self.release_line()

    def _why_halted(self, executed: int) -> str | None:
        """All CPUs are halted (or never started), and nothing can or does wake one."""
        info = self.hmp("info registers -a")
        states = re.findall(r"^[RE]IP=.* [RE]FL=([0-9a-f]+) .* HLT=(\d)", info, re.MULTILINE)
        if not states or any(halted == "0" for _, halted in states):
            self._idle = (executed, 0)
            return None
        if not any(int(flags, 16) & 0x200 for flags, _ in states):
            return "halted with interrupts off, for ever"
        # Timers cost no time here (icount, sleep=off): who waits for one goes on at once.
        looks = self._idle[1] + 1 if executed == self._idle[0] else 0
        self._idle = (executed, looks)
        return "halted, and no interrupt comes" if looks >= _IDLE_LOOKS else None

    def _pause(self, kind: Kind, text: str) -> Outcome:
        """Stop the running machine; it may be that it ends by itself just then."""
        try:
            self.qmp("stop")
            self._await(lambda: bool(self._gdb.stops), "stop")
        except MachineEnded as error:
            return error.outcome
        stop = self._gdb.stops.popleft()
        if stop.reason == "shutdown":
            return self._stopped(stop)
        where = self.here(with_line=kind is Kind.TIMEOUT)
        if kind is Kind.TIMEOUT:
            text = f"{text}, at {where}"
            if self.reports:
                text += f"; its last report was '{self.reports[-1]}'"
        return self._keep(Outcome(kind, text, where=where, instructions=self.icount()))

    def _stopped(self, stop: Stop) -> Outcome:
        self._stop_thread = stop.thread
        if stop.reason != "shutdown":
            self._expect_ok(f"Hgp1.{stop.thread:x}")
            return self._keep(Outcome(Kind.BREAKPOINT, f"stopped at {self.here()}",
                                      where=self.here(), instructions=self.icount()))
        where = self.here(with_line=True)
        chain = faultlog.summarise(self._log(), lambda address: str(self.place(address, True)))
        text = (f"triple fault at {where}" if chain is None else f"triple fault: {chain}")
        outcome = Outcome(Kind.TRIPLE_FAULT, text, where=where, instructions=self.icount())
        return self._end(outcome)

    def _log(self) -> str:
        size = os.fstat(self._log_fd).st_size
        start = max(0, size - 200_000)
        return os.pread(self._log_fd, size - start, start).decode(errors="replace")

    def _process_end(self) -> Outcome:
        """QEMU's process has ended: by the guest's will, or not."""
        assert self._process is not None
        if self._over is not None:
            return self._over
        status = self._process.wait()
        said = self._stderr.decode(errors="replace").strip()
        if not self._started:
            return self._start_failed(status, said)
        complaint = any(line.startswith("qemu") and "warning:" not in line
                        for line in said.splitlines())
        if status < 0 or not status & 1 or (complaint and not self.reports):
            text = f"QEMU ended by itself (status {status}): {said or 'it said nothing'}"
            return self._end(Outcome(Kind.QEMU_DIED, text))
        kind, text, exit_status, exercise = last_report(self.reports, status)
        rip = fault_address(self.reports) if kind is Kind.PANIC else None
        return self._end(Outcome(
            kind, text, status=exit_status, exercise=exercise, todo=todo_place(self.reports),
            where=None if rip is None else self.place(rip, with_line=True)))

    def _end(self, outcome: Outcome) -> Outcome:
        self._over = self._keep(outcome)
        return self._over

    def _keep(self, outcome: Outcome) -> Outcome:
        for name in ("dbg", "com1"):  # what was sent before the stop is there by now
            channel = self._channels[name]
            while channel.reading and not channel.closed and channel.read_some():
                pass
        debug = self.debug_bytes.decode(errors="replace")
        reports, tap = split_debug(debug)
        full = Outcome(outcome.kind, outcome.text, outcome.status, outcome.exercise,
                       outcome.todo, outcome.where, self.console, debug, reports, tap,
                       outcome.instructions)
        self.outcomes.append(full)
        return full


def _argument(value: int | bytes) -> str:
    """An argument of a call as GDB takes it."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value) if -1024 < value < 1024 else f"{value:#x}"


_WANTED = {
    Kind.PANIC: "the kernel panics and says so",
    Kind.REFUSED: "the loader refuses the image or the machine and says why",
    Kind.TODO: "the machine stops at an exercise that is not done",
    Kind.EXIT: "the program ends and reports its status",
}


def _short_line(line: str | None) -> str | None:
    """The end of a source path that a student recognises: room/file.c:12."""
    return "/".join(line.split("/")[-2:]) if line else None
