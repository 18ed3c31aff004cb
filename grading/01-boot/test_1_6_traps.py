"""Exercise 1.6: traps: the tables, the frame, the report, and the way back."""

import random
import re
import struct

import pytest

from pagurus import faultreport, x86
from pagurus.checks import check, check_that, exercise
from pagurus.elfbuild import loaded_segments
from pagurus.faultreport import FaultReport
from pagurus.lab import Lab, MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import MachineEnded, Words

PAGE = 4096
STEP = 0x0101010101010101
MASK = (1 << 64) - 1
FRAME_VECTOR = 15 * 8  # offset in struct trap_frame; the error code stands behind it
GENERAL = "rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15".split()
IST_INTERRUPT, IST_EXCEPTION, IST_DOUBLE_FAULT, IST_NMI, IST_MACHINE_CHECK = range(1, 6)


def ended_in_report(m: Machine) -> FaultReport:
    """Runs until the machine has ended, and reads the report; a triple fault or hang is none."""
    outcome = m.run()
    if outcome.kind not in (Kind.PANIC, Kind.TODO):
        raise MachineEnded(outcome, "a fault report on the console")
    if outcome.kind is Kind.TODO:
        raise MachineEnded(outcome, "a fault report on the console")
    return faultreport.parse(outcome.console)


# -- the tables, from outside -----------------------------------------------------------------


def tables_loaded(machine: MachineFactory) -> Machine:
    """A machine whose traps_init has returned."""
    m = machine()
    m.run_to("arguments_split")
    return m


@exercise("1.6", weight=3, read="the interrupt descriptor table")
def test_every_gate_is_right(machine: MachineFactory) -> None:
    """All 256 gates: present, interrupt gates of privilege 0, each to its own stub and stack."""
    m = tables_loaded(machine)
    base, limit = m.tables()["idt"]
    check("IDTR's limit, the table's size minus one", 256 * 16 - 1, limit)
    data, stubs = m.read(base, 4096), m.address("trap_stubs")
    special = {2: IST_NMI, 8: IST_DOUBLE_FAULT, 18: IST_MACHINE_CHECK}
    for vector in range(256):
        gate = x86.Gate.parse(data[16 * vector:16 * vector + 16])
        check_that(f"gate {vector} is present", gate.present, "present", "absent")
        check(f"the type of gate {vector} (14: interrupt gate)", 14, gate.kind)
        check(f"the DPL of gate {vector}", 0, gate.dpl)
        check(f"the selector of gate {vector}", 0x08, gate.selector)
        check(f"where gate {vector} leads", hex(stubs + 16 * vector), hex(gate.offset))
        wanted = special.get(vector, IST_EXCEPTION if vector < 32 else IST_INTERRUPT)
        check(f"the IST stack of gate {vector}", wanted, gate.ist)


@exercise("1.6", weight=2, read="the task-state segment")
def test_each_ist_stack_is_its_own(machine: MachineFactory) -> None:
    """The task register, the TSS, and five stacks that do not overlap."""
    m = tables_loaded(machine)
    gdt, gdt_limit = m.tables()["gdt"]
    low, high = m.address("image:image_start"), m.address("image:image_end")
    check_that("the GDT is the kernel's own", low <= gdt < high, f"{low:#x}-{high:#x}", hex(gdt))
    check("GDTR's limit, for five entries", 5 * 8 - 1, gdt_limit)
    tss, tss_limit = m.tables()["tr"]
    check_that("the TSS lies in the image, with the base in all its parts", low <= tss < high,
               f"{low:#x}-{high:#x}", hex(tss))
    check("the TSS's limit, its size minus one", 103, tss_limit)
    found = x86.tss_ist(m.read(tss, 104))
    for number, top in enumerate(found[:5], start=1):
        check(f"IST{number} modulo 16", 0, top % 16)
        check_that(f"IST{number} is the end of a stack in the image", low < top <= high,
                   f"{low:#x}-{high:#x}", hex(top))
    tops = sorted(found[:5])
    for lower, upper in zip(tops, tops[1:]):
        check_that("two IST stacks lie apart", upper - lower >= 8192, "8192 bytes",
                   f"{upper - lower} bytes between {lower:#x} and {upper:#x}")
    lowest = tops[0] - 8192
    stacks = m.address("ist_stacks")
    check("where the lowest IST stack starts", hex(stacks), hex(lowest),
          hint="Stacks grow down: the processor wants the end of each.")
    check("the I/O map's offset, behind the TSS's limit: none", True,
          int.from_bytes(m.read(tss + 102, 2), "little") >= 104)


# -- the way to C -----------------------------------------------------------------------------

WITH_CODE = {8, 10, 11, 12, 13, 14, 17, 21, 29, 30}


@exercise("1.6", weight=2, read="the 256 stubs")
def test_stubs_complete_the_frame(machine: MachineFactory, rng: random.Random) -> None:
    """Each stub leaves vector and error code on the stack, also of what no program can raise."""
    m = tables_loaded(machine)
    stack = m.address("kernel_stack") + 8192
    above = [vector + 32 * rng.randrange(1, 8) for vector in sorted(WITH_CODE)]
    for vector in [*range(32), 127, 128, 255, *above, *rng.sample(range(33, 255), 4)]:
        code = rng.randrange(1, 1 << 16) if vector in WITH_CODE else 0
        pushed = [*([code] if vector in WITH_CODE else []),
                  *(rng.getrandbits(64) for _ in range(5))]
        top = stack - 8 * len(pushed)
        m.write(top, b"".join(word.to_bytes(8, "little") for word in pushed))
        m.set_reg("rsp", top)
        m.set_reg("rip", m.address("trap_stubs") + 16 * vector)
        before = m.registers()
        m.explain(f"The stub of vector {vector} was to run, with the stack as the processor "
                  f"leaves it: {'with an' if vector in WITH_CODE else 'without'} error code.")
        m.run_to("trap_common", budget=100_000)
        check(f"vector {vector}: the words on the stack, the processor's among them",
              7, (stack - m.reg("rsp")) // 8)
        check(f"vector {vector}: the vector at [rsp]", vector, m.u64(m.reg("rsp")))
        check(f"vector {vector}: the error code at [rsp + 8]", code, m.u64(m.reg("rsp") + 8))
        for register in GENERAL:
            check(f"vector {vector}: {register}, unchanged", hex(before[register]),
                  hex(m.reg(register)))


@exercise("1.6", weight=2, read="the trap frame, there and back")
def test_dispatch_is_called_as_c_expects(machine: MachineFactory, rng: random.Random) -> None:
    """trap_dispatch gets the frame, an aligned stack, and rbp as the interrupted code had it."""
    m, _ = raised(machine, "page-read", rng.getrandbits(64))
    m.set_reg("rflags", m.reg("rflags") | x86.RFLAGS_DF)
    before = m.registers()
    m.run_to("trap_dispatch")
    after = m.registers()
    frame = after["rdi"]
    values = dict(zip([*reversed(GENERAL), "vector", "error_code", "rip", "cs", "rflags", "rsp"],
                      struct.unpack("<21Q", m.read(frame, 168))))
    wanted = before | {"vector": 14, "error_code": 0, "rflags": before["rflags"] | x86.RFLAGS_RF}
    values["rflags"] |= x86.RFLAGS_RF
    for name, value in values.items():
        check(f"frame->{name}, where rdi leads", hex(wanted[name]), hex(value))
    check("rsp modulo 16 at the function's entry, behind the return address", 8,
          after["rsp"] % 16, hint="CALL pushes 8 bytes; C expects 16-byte alignment before it.")
    check("the direction flag, which C wants clear", 0, after["rflags"] & x86.RFLAGS_DF)
    check("rbp, where a backtrace goes on", hex(before["rbp"]), hex(after["rbp"]))


# -- every exception that a program can raise -------------------------------------------------

# name: (the label of the instruction in fault_raise.asm, the report's title)
READ, WRITE, FETCH = "read from", "write to", "instruction fetch from"
ABSENT_AT = 0x0000700000005000
FAULTS: dict[str, tuple[str, str]] = {
    "divide": ("raise_divide", "divide error (#DE), vector 0"),
    "debug": ("raise_debug", "debug (#DB), vector 1"),
    "breakpoint": ("raise_breakpoint", "breakpoint (#BP), vector 3"),
    "overflow": ("raise_overflow", "overflow (#OF), vector 4"),
    "bound": ("raise_bound", "bound range exceeded (#BR), vector 5"),
    "invalid-opcode": ("raise_invalid_opcode", "invalid opcode (#UD), vector 6"),
    "no-fpu": ("raise_no_fpu", "device not available (#NM), vector 7"),
    "double": ("raise_page_read", "double fault (#DF), vector 8"),
    "segment-not-present": ("raise_load_segment", "segment not present (#NP), vector 11"),
    "stack-segment": ("raise_stack_segment", "stack-segment fault (#SS), vector 12"),
    "general-protection": ("raise_page_read", "general protection (#GP), vector 13"),
    "selector": ("raise_load_segment", "general protection (#GP), vector 13"),
    "gate": ("raise_gate_int", "general protection (#GP), vector 13"),
    "page-read": ("raise_page_read", "page fault (#PF), vector 14"),
    "page-write": ("raise_page_write", "page fault (#PF), vector 14"),
    "page-fetch": ("raise_page_fetch", "page fault (#PF), vector 14"),
    "page-null": ("raise_page_write", "page fault (#PF), vector 14"),
    "page-read-only": ("raise_page_write", "page fault (#PF), vector 14"),
    "page-no-execute": ("raise_page_fetch", "page fault (#PF), vector 14"),
    "page-reserved": ("raise_page_read", "page fault (#PF), vector 14"),
    "x87": ("raise_x87_wait", "x87 floating-point error (#MF), vector 16"),
}
TRAPS = {"debug": 2, "breakpoint": 1, "overflow": 2, "bound": 2}  # rip is behind the instruction
# Error codes: those that a fault may have. QEMU 7.2 leaves P out with RSVD, and counts gates in
# 64-bit mode by 16 instead of 8; the words must fit the code that the processor pushed.
CODES: dict[str, list[int]] = {
    "double": [0], "segment-not-present": [5 * 8], "stack-segment": [5 * 8],
    "general-protection": [0], "selector": [0x7F8],
    "gate": [200 * 8 + 2, 200 * 16 + 2],
    "page-read": [0], "page-write": [2], "page-fetch": [0x10], "page-null": [2],
    "page-read-only": [3], "page-no-execute": [0x11], "page-reserved": [8, 9],
}


def words(vector: int, code: int) -> str:
    """What an error code means, by the contract of fault_report.h."""
    if vector == 14:
        how = FETCH if code & 16 else WRITE if code & 2 else READ
        said = f"{how} {'a page that forbids it' if code & 1 else 'an absent page'}"
        said += ", in user mode" if code & 4 else ""
        return said + (", reserved bit set in a table" if code & 8 else "")
    if vector not in (10, 11, 12, 13):
        return "no meaning"
    if code == 0:
        return "no selector"
    said = (f"gate {code >> 3} of the IDT" if code & 2 else
            f"selector {code & ~7:#06x} of the {'LDT' if code & 4 else 'GDT'}")
    return said + (", from outside the program" if code & 1 else "")


def check_report(m: Machine, name: str, before: dict[str, int], report: FaultReport) -> None:
    """Field by field against what the stub showed just before the instruction."""
    _, title = FAULTS[name]
    check(f"{name}: the report's first line", f"fault: {title}", f"fault: {report.title}")
    vector = int(title.rsplit(" ", 1)[1])
    if name in CODES:
        check_that(f"{name}: the error code", report.error_code in CODES[name],
                   " or ".join(f"{code:#06x}" for code in CODES[name]),
                   "none" if report.error_code is None else f"{report.error_code:#06x}")
        check(f"{name}: the error code in words", words(vector, report.error_code or 0),
              report.error_words)
    else:
        check(f"{name}: the error code, of an exception that has none", None, report.error_code)
    if vector == 14:
        wanted = before["rax"] if name != "page-null" else 0x123
        check(f"{name}: cr2", hex(wanted), hex(report.cr2) if report.cr2 is not None else None)
    else:
        check(f"{name}: cr2, of an exception that is no page fault", None, report.cr2)
    rip = before["rip"] + TRAPS.get(name, 0)
    if FAULTS[name][0] == "raise_page_fetch":
        rip = before["rax"]  # the jump is done; fetching from there is what faults
    check(f"{name}: rip", hex(rip), hex(report.registers["rip"]))
    check(f"{name}: the function at rip", place(m, rip), report.place)
    for register in (*GENERAL, "rsp", "cs", "ss", "cr0", "cr3", "cr4"):
        check(f"{name}: {register}", hex(before[register]), hex(report.registers[register]))
    check(f"{name}: rflags", hex(before["rflags"] & ~x86.RFLAGS_RF),
          hex(report.registers["rflags"] & ~x86.RFLAGS_RF))


def place(m: Machine, address: int) -> str:
    """`function+0xoffset` as the kernel's table of functions has it."""
    low, high = m.address("image:image_start"), m.address("image:image_text_end")
    if not low <= address < high:
        return "?"
    found = max((symbol for symbol in m.symbols[1].code
                 if symbol.address <= address and "." not in symbol.name),
                key=lambda symbol: symbol.address)
    return f"{found.name}+{address - found.address:#x}"


def raised(machine: MachineFactory, name: str, seed: int) -> tuple[Machine, dict[str, int]]:
    """A machine that is about to execute the instruction that faults, and its registers."""
    m = machine(app="fault", args=f"{name} {seed:#x}", machine="microvm")
    m.run_to(FAULTS[name][0])
    return m, m.registers()


@exercise("1.6", weight=1, read="the report")
@pytest.mark.parametrize("group", [
    ("divide", "debug", "breakpoint", "overflow", "bound", "invalid-opcode"),
    ("no-fpu", "x87", "double", "segment-not-present", "stack-segment"),
    ("general-protection", "selector", "gate"),
    ("page-read", "page-write", "page-fetch", "page-null"),
    ("page-read-only", "page-no-execute", "page-reserved"),
], ids=["simple", "special", "protection", "page_faults", "page_rights"])
def test_exceptions_are_reported(
    machine: MachineFactory, rng: random.Random, group: tuple[str, ...]
) -> None:
    """The report says what happened: name, error code, cr2, place and every register."""
    for name in group:
        m, before = raised(machine, name, rng.getrandbits(64))
        check_report(m, name, before, ended_in_report(m))
        m.close()


@exercise("1.6", weight=1, read="what an error code means")
def test_error_codes_in_words(machine: MachineFactory, rng: random.Random) -> None:
    """Codes that no program here can raise: the grader changes them in the frame."""
    for name, codes in {
        "page-read": [rng.randrange(32), rng.randrange(32) | 4, 0x15],
        "segment-not-present": [rng.randrange(8, 0x10000) & ~7 | bits for bits in (1, 2, 4, 6)],
    }.items():
        for code in codes:
            m, _ = raised(machine, name, 0)
            m.run_to("trap_dispatch")
            vector = m.u64(m.reg("rdi") + FRAME_VECTOR)
            m.write(m.reg("rdi") + FRAME_VECTOR + 8, code.to_bytes(8, "little"))
            report = ended_in_report(m)
            check(f"the error code that was {code:#x}", code, report.error_code)
            check(f"error code {code:#x} of vector {vector} in words", words(vector, code),
                  report.error_words)
            m.close()


@exercise("1.6", weight=1, read="the report")
def test_interrupts_are_reported(machine: MachineFactory, rng: random.Random) -> None:
    """Vectors by the INT instruction, random ones and those at the edges."""
    names = {2: "non-maskable interrupt (NMI)", 18: "machine check (#MC)",
             19: "SIMD floating-point error (#XM)"}
    vectors = [2, 9, 18, 19, 20, 31, 32, 255, 13 + 32 * rng.randrange(1, 8),
               *rng.sample(range(33, 255), 2)]
    for vector in vectors:
        m = machine(app="fault", args=f"int {vector}", machine="microvm")
        report = ended_in_report(m)
        name = names.get(vector, "exception" if vector < 32 else "interrupt")
        check(f"INT {vector}: the report's first line", f"{name}, vector {vector}", report.title)
        check(f"INT {vector}: the error code", None, report.error_code)
        rip = m.address("raise_int") + 4 * vector + 2
        check(f"INT {vector}: rip", hex(rip), hex(report.registers["rip"]))
        check(f"INT {vector}: rax", hex(vector), hex(report.registers["rax"]))
        m.close()


@exercise("1.6", weight=1, read="the 256 stubs")
def test_nmi_from_outside(machine: MachineFactory, rng: random.Random) -> None:
    """The one interrupt that cannot be masked."""
    seed = rng.getrandbits(64)
    m = machine(app="fault", args=f"wait {seed:#x}")
    m.run_to("raise_nothing")
    m.qmp("inject-nmi")
    report = ended_in_report(m)
    check("the report's first line", "non-maskable interrupt (NMI), vector 2", report.title)
    check("rip", hex(m.address("raise_nothing")), hex(report.registers["rip"]))
    for i, register in enumerate(GENERAL):
        check(register, hex(seed + i * STEP & MASK), hex(report.registers[register]))


@exercise("1.6", weight=2, read="the task-state segment")
@pytest.mark.parametrize("name", ["page-read", "double"])
def test_a_bad_stack_is_survived(
    machine: MachineFactory, rng: random.Random, name: str
) -> None:
    """The interrupted stack pointer leads nowhere: the report still comes, from an IST stack."""
    m, _ = raised(machine, name, rng.getrandbits(64))
    nowhere = ABSENT_AT + 16 * rng.randrange(1, 200)
    m.set_reg("rsp", nowhere)
    m.explain("Which stack does the processor push the frame on? SDM vol. 3A §6.14.5.")
    before = m.registers()
    report = ended_in_report(m)
    m.hint = None  # it was the right stack
    check_report(m, name, before, report)
    check("rsp", hex(nowhere), hex(before["rsp"]))


# -- backtraces -------------------------------------------------------------------------------

CALLERS = ["fifth", "fourth", "third", "second", "first", "main", "kernel_main", "_start"]


def check_frames(
    m: Machine, image: bytes, found: list[tuple[int, str]], expected: list[str]
) -> None:
    """The functions, innermost first, each with an address in it that follows a call."""
    text, code, _ = loaded_segments(image)[0]
    check("the functions of the backtrace", expected, [line.split("+")[0] for _, line in found])
    for index, (address, line) in enumerate(found):
        name = line.split("+")[0]
        # A return address may be where the next function starts.
        start = m.address("image:" + name)
        check(f"the offset in {name}", f"{name}+{address - start:#x}", line)
        if index:
            before = code[address - text - 5:address - text]
            check_that(f"the address in {name} follows a call", before[:1] == b"\xe8",
                       "a CALL before it", before.hex(" "))


@exercise("1.6", weight=2, read="walk the chain of frames")
def test_backtrace_of_five_calls(lab: Lab, machine: MachineFactory) -> None:
    """A fault five calls deep: every caller by name and offset."""
    m = machine(app="frames", args="fault")
    report = ended_in_report(m)
    check_frames(m, lab.image("frames").read_bytes(), report.backtrace, CALLERS)
    check("the first line is where the fault is", report.registers["rip"], report.backtrace[0][0])


@exercise("1.6", weight=2, read="walk the chain of frames")
@pytest.mark.parametrize("chain", ["loop", "odd", "outside", "upwards"])
def test_a_broken_chain_ends_the_backtrace(
    machine: MachineFactory, rng: random.Random, chain: str
) -> None:
    """A frame pointer that loops, is odd, or leads off the stack must not break the report."""
    m, _ = raised(machine, "invalid-opcode", rng.getrandbits(64))
    code = m.address("image:main") + 4
    frame = m.address("kernel_stack") + 4096
    caller = {"loop": frame, "odd": frame + 35, "outside": m.address("kernel_stack_top") - 8,
              "upwards": frame - 64}[chain]
    for at in (frame - 64, frame, frame + 35):
        m.write(at, frame.to_bytes(8, "little") + code.to_bytes(8, "little"))
    m.write(frame, caller.to_bytes(8, "little") + code.to_bytes(8, "little"))
    m.set_reg("rbp", frame)
    report = ended_in_report(m)
    check("the lines of the backtrace", [hex(m.address("raise_invalid_opcode")), hex(code)],
          [hex(address) for address, _ in report.backtrace])


@exercise("1.6", weight=1, read="walk the chain of frames")
def test_a_long_chain_is_cut(machine: MachineFactory, rng: random.Random) -> None:
    """Of a hundred callers, as many as make BACKTRACE_MAX lines are shown."""
    m, _ = raised(machine, "invalid-opcode", rng.getrandbits(64))
    code = m.address("image:main") + 4
    frame = m.address("kernel_stack") + 4096
    m.write(frame, b"".join(struct.pack("<QQ", frame + 16 * (i + 1), code) for i in range(100)))
    m.set_reg("rbp", frame)
    report = ended_in_report(m)
    check("the lines of the backtrace (BACKTRACE_MAX)", 64, len(report.backtrace))


# -- and back ---------------------------------------------------------------------------------


@exercise("1.6", weight=3, read="the trap frame, there and back")
def test_interrupted_code_goes_on(machine: MachineFactory, rng: random.Random) -> None:
    """A handler sees every register, changes one, and 3001 traps leave nothing on the stack."""
    key = rng.getrandbits(64)
    m = machine(app="resume", args=f"{key:#x}")
    outcome = m.run()
    if outcome.kind not in (Kind.EXIT, Kind.TODO):
        raise MachineEnded(outcome, "the program goes on behind its traps")
    said = " ".join(outcome.tap)
    values = {name: key + i * STEP & MASK for i, name in enumerate(GENERAL)}
    for register, value in values.items():
        match = re.search(rf"# frame.*? {register} (0x[0-9a-f]+|0)\b", said)
        check(f"frame->{register} in the handler", hex(value), match and match[1])
    for label, wanted in {"vector": "66", "error": "0", "cs": "0x8", "ss": "0x10",
                          "rip": hex(m.address("resume_point"))}.items():
        match = re.search(rf"# frame.*? {label} (\S+)", said)
        check(f"frame->{label} in the handler", wanted, match and match[1])
    match = re.search(r"# after((?: \S+){15})", said)
    after = [int(text, 16) for text in match[1].split()] if match else []
    values["rbx"] = ~key & MASK  # the handler has changed it
    for (register, value), found in zip(values.items(), after):
        check(f"{register} behind the trap", hex(value), hex(found))
    check("rsp behind the trap", ["same"], re.findall(r"# stack (\w+)", said))
    check("traps with and without an error code, and rsp behind them", ["3000 stack same"],
          re.findall(r"# faults (.*?)(?: #|$)", said))
