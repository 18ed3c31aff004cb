"""Exercise 2.6: the page-fault report: a sentence for each way to go wrong, and never a reset."""

import random
import re
import struct

import pytest

from pagurus import faultreport
from pagurus.checks import check, check_that, exercise, fail
from pagurus.faultreport import FaultReport
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind, Outcome
from pagurus.verdict import MachineEnded

PAGE = 4096
SLOT = 1 << 20
MASK = (1 << 64) - 1
TREES = ["alder", "birch", "cedar", "linden", "rowan", "willow"]
EFAULT, ENOMEM = 14, 12
PRESENT, WRITE, RESERVED, FETCH = 1, 2, 8, 16  # of a page fault's error code
PTE_W, ADDRESS = 2, 0x000F_FFFF_FFFF_F000
DIRECT_MAP, STACK_AREA, STACK_AREA_END = 0xFFFF800000000000, 0xFFFFC00000000000, 0xFFFFC10000000000
LOWEST, LOWER_HALF_END = 0x10000, 0x0000800000000000  # where regions may lie
IST_NAMES = {1: "the interrupt stack", 2: "the exception stack", 3: "the double-fault stack",
             4: "the NMI stack", 5: "the machine-check stack"}
THREAD = "thread 0's stack"
IST_EXCEPTION, IST_DOUBLE_FAULT = 2, 3

GENERAL = "r15 r14 r13 r12 r11 r10 r9 r8 rbp rdi rsi rdx rcx rbx rax".split()


# -- the machine, and what it says ------------------------------------------------------------


class Stack:
    """A `struct stack` (mm/stacks.h) of the stopped machine."""

    def __init__(self, m: Machine, address: int) -> None:
        self.name = m.cstring(m.u64(address))
        self.limit, self.low, self.top = struct.unpack("<3Q", m.read(address + 8, 24))
        self.slot = self.top + PAGE - SLOT


def stacks(m: Machine) -> list[Stack]:
    """Thread 0's stack, and those of the traps."""
    found = [Stack(m, m.u64("thread_stack"))]
    return found + [Stack(m, m.call("ist_stack", ist)) for ist in IST_NAMES]


def at_tree(machine: MachineFactory, rng: random.Random, how: str, number: int = 0
            ) -> tuple[Machine, str]:
    """A machine about to run a function of the application, and the function's name."""
    tree = rng.choice(TREES)
    m = machine(app="pagefault", args=f"{how} {tree} {number:#x} {rng.getrandbits(64):#x}",
                machine="microvm")
    m.run_to(f"image:{tree}")
    return m, tree


def touch(machine: MachineFactory, rng: random.Random, how: str, address: int
          ) -> tuple[Machine, str]:
    """The same; what it will touch is an address that is known only now."""
    m, tree = at_tree(machine, rng, how)
    m.set_reg("rsi", address)
    return m, tree


def access(code: int) -> str:
    """The words for an error code."""
    return ("instruction fetch from" if code & FETCH else
            "write to" if code & WRITE else "read from")


def forbidden(code: int) -> str:
    """The reason of an access that is not allowed."""
    return ("forbidden execution" if code & FETCH else
            "forbidden write" if code & WRITE else "forbidden read")


def panicked(m: Machine) -> Outcome:
    """Run to the end, which has to be that of a fault report."""
    outcome = m.run()
    if outcome.kind is not Kind.PANIC:
        raise MachineEnded(outcome, "a fault report, and the machine's end as of a panic")
    return outcome


def ended(m: Machine) -> tuple[str, FaultReport]:
    """Run to the end: the sentence, and the report behind it."""
    lines = panicked(m).console.replace("\r", "").split("\n")
    causes = [line.removeprefix("cause: ") for line in lines if line.startswith("cause: ")]
    if len(causes) != 1:
        fail("the console shows one sentence", "one line that starts with `cause: `",
             f"{len(causes)} in {lines[-30:]}")
    report = faultreport.parse("\n".join(lines))
    at = next(i for i, line in enumerate(lines) if line.startswith("cause: "))
    check("the line below the sentence", f"fault: {report.title}", lines[at + 1])
    return causes[0], report


def said(m: Machine, function: str, *arguments: int | bytes) -> str:
    """What a function prints."""
    before = len(m.console)
    m.call(function, *arguments)
    return m.console[before:]


def frame(rng: random.Random, code: int, rip: int, rsp: int, rbp: int) -> bytes:
    """A struct trap_frame of a page fault."""
    values = dict.fromkeys(GENERAL, 0) | {name: rng.getrandbits(64) for name in GENERAL}
    values["rbp"] = rbp
    words = [*(values[name] for name in GENERAL), 14, code, rip, 8, 2, rsp, 16]
    return struct.pack(f"<{len(words)}Q", *words)


class Sentences:
    """Calls fault_cause in one machine, with one made-up fault after the other."""

    def __init__(self, m: Machine, rng: random.Random) -> None:
        self.m, self.rng = m, rng
        self.functions = [symbol for symbol in m.symbols[1].code
                          if symbol.size > 8 and "." not in symbol.name]
        self.stack = Stack(m, m.u64("thread_stack"))

    def check(self, address: int, code: int, rest: str, error: int = -EFAULT) -> None:
        """The sentence of an access to `address`: `rest` stands between access and function."""
        function = self.rng.choice(self.functions)
        rip = function.address + self.rng.randrange(function.size)
        rsp = self.stack.low + 8 * self.rng.randrange(64)
        found = said(self.m, "fault_cause",
                     frame(self.rng, code, rip, rsp, rsp + 64), address, error & MASK)
        check(f"the sentence for an access to {address:#x}, error code {code:#x}, error {error}",
              f"{access(code)} {rest} in `{function.name}`", found)


def sentences(machine: MachineFactory, rng: random.Random) -> Sentences:
    """A machine in which main runs."""
    return Sentences(at_tree(machine, rng, "read")[0], rng)


ACCESSES = [0, WRITE, FETCH]


# -- every kind of place ----------------------------------------------------------------------


@exercise("2.6", weight=2, read="what lies at an address")
def test_null_pointers(machine: MachineFactory, rng: random.Random) -> None:
    """Any address below those of regions, and the first one that is not."""
    s = sentences(machine, rng)
    for code in ACCESSES:
        for address in (0, rng.randrange(1, PAGE), rng.randrange(PAGE, LOWEST), LOWEST - 1):
            s.check(address, code, f"address {address:#x}: null pointer")
    s.check(LOWEST, 0, f"{LOWEST:#x}, in no region: wild pointer")


@exercise("2.6", weight=3, read="guard pages, and what lies between")
def test_guards_of_every_stack(machine: MachineFactory, rng: random.Random) -> None:
    """Below and above each of the six stacks, at the edges and anywhere in the guard."""
    s = sentences(machine, rng)
    found = stacks(s.m)
    check("the names of the stacks", [THREAD, *IST_NAMES.values()], [one.name for one in found])
    for stack in found:
        below, above = (f"the guard page {where} {stack.name}: stack {what}flow"
                        for where, what in (("below", "over"), ("above", "under")))
        s.check(stack.limit - 1, WRITE, below)
        s.check(rng.randrange(stack.slot, stack.limit), rng.choice(ACCESSES), below)
        s.check(stack.slot, WRITE, below)
        s.check(stack.top, 0, above)
        s.check(stack.top + rng.randrange(PAGE), rng.choice(ACCESSES), above)
        s.check(stack.top - 1, FETCH | PRESENT, f"{stack.name}: forbidden execution")
        s.check(rng.randrange(stack.limit, stack.top), FETCH,
                f"{stack.name}: forbidden execution")
        s.check(stack.limit, WRITE, f"{stack.name}: missing page")
    none = found[-1].slot + SLOT + rng.randrange(SLOT)
    s.check(none, WRITE, f"{none:#x}, where nothing is: wild pointer")


@exercise("2.6", weight=1, read="the sentence")
def test_a_frame_too_large_for_the_stack(machine: MachineFactory, rng: random.Random) -> None:
    """An array that reaches over the guard page: no stack grows, and the stack is named."""
    size = rng.randrange(SLOT + 0x10000, 64 << 20)
    m, tree = at_tree(machine, rng, "frame", size)
    stack = Stack(m, m.u64("thread_stack"))
    cause, report = ended(m)
    check_that("cr2 lies below the stack's slot", (report.cr2 or 0) < stack.slot,
               f"below {stack.slot:#x}", report.cr2)
    check("the sentence", f"write to {stack.limit - (report.cr2 or 0):#x} bytes below {THREAD}: "
          f"stack overflow in `{tree}`", cause)
    m.close()

    s = sentences(machine, rng)
    for _ in range(4):
        function = rng.choice(s.functions)
        address = s.stack.slot - rng.randrange(1, 1 << 24)
        rsp = address - 8 * rng.randrange(1, 1 << 20)
        found = said(s.m, "fault_cause", frame(rng, WRITE, function.address, rsp, s.stack.low + 64),
                     address, -EFAULT & MASK)
        check(f"the sentence for a write to {address:#x}, rsp {rsp:#x}",
              f"write to {s.stack.limit - address:#x} bytes below {THREAD}: stack overflow in "
              f"`{function.name}`", found, "N is counted from the address, not from rsp.")


@exercise("2.6", weight=2, read="what lies at an address")
def test_regions(machine: MachineFactory, rng: random.Random) -> None:
    """Bounds and rights of the region at the address, its neighbours, and addresses in none."""
    s = sentences(machine, rng)
    base = rng.randrange(1 << 20, 1 << 32) * PAGE
    rights = {0: "---", 1: "r--", 3: "rw-", 5: "r-x"}
    prots = rng.sample(sorted(rights), 4)
    for prot in prots:
        size = rng.randrange(1, 50) * PAGE
        fixed = 0x32  # MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED
        check(f"mmap at {base:#x}", base, s.m.call("mmap", base, size, prot, fixed, MASK, 0))
        place = f"region {base:#x}-{base + size:#x} {rights[prot]}"
        code = {0: rng.choice(ACCESSES), 1: WRITE, 3: FETCH, 5: WRITE}[prot]
        for address in (base, base + size - 1, base + rng.randrange(size)):
            s.check(address, code, f"{place}: {forbidden(code)}")
        s.check(base + 8, code | PRESENT, f"{place}: {forbidden(code)}")
        s.check(base + rng.randrange(size), code, f"{place}: out of memory", -ENOMEM)
        for address in (base - 1, base + size):
            s.check(address, code, f"{address:#x}, in no region: wild pointer")
        base += size + rng.randrange(1, 1000) * PAGE
    s.check(LOWER_HALF_END - 1, 0, f"{LOWER_HALF_END - 1:#x}, in no region: wild pointer")


@exercise("2.6", weight=2, read="what lies at an address")
def test_memory_and_the_image(machine: MachineFactory, rng: random.Random) -> None:
    """The direct map with and without memory, the image's sections, and where nothing is."""
    s = sentences(machine, rng)
    some = rng.randrange(2 << 20, 60 << 20)
    s.check(DIRECT_MAP + some, FETCH | PRESENT, f"memory {some:#x}: forbidden execution")
    beyond = rng.randrange(1 << 40, (1 << 46) - 1)
    for address in (DIRECT_MAP + beyond, STACK_AREA - 1):
        code = rng.choice(ACCESSES)
        s.check(address, code, f"memory {address - DIRECT_MAP:#x}, which does not exist: "
                "wild pointer")
    ends = [s.m.address(f"image:image_{name}") for name in ("start", "rodata", "data", "end")]
    for name, code, start, end in zip((".text", ".rodata", ".data"), (WRITE, WRITE, FETCH),
                                      ends, ends[1:]):
        for address in (start, end - 1, rng.randrange(start, end)):
            s.check(address, code | PRESENT, f"the image's {name}: {forbidden(code)}")
    s.check(ends[1], FETCH | PRESENT, "the image's .rodata: forbidden execution")
    nothing = [STACK_AREA_END + rng.randrange(1 << 40), ends[0] - 1, MASK,
               (ends[-1] + PAGE - 1 & -PAGE) + rng.randrange(1 << 20)]
    for address in nothing:
        s.check(address, rng.choice(ACCESSES), f"{address:#x}, where nothing is: wild pointer")


@exercise("2.6", weight=1, read="the sentence")
def test_the_gravest_reason_is_told(machine: MachineFactory, rng: random.Random) -> None:
    """No memory, then a broken table, then a right that is missing; then what the place means."""
    s = sentences(machine, rng)
    stack = s.stack
    inside = rng.randrange(stack.limit, stack.low)
    s.check(inside, WRITE, f"{THREAD}: out of memory", -ENOMEM)
    s.check(inside, WRITE | RESERVED, f"{THREAD}: broken table")
    s.check(inside, WRITE | RESERVED | PRESENT, f"{THREAD}: broken table")
    s.check(inside, WRITE | PRESENT, f"{THREAD}: forbidden write")
    text = s.m.address("image:image_start") + rng.randrange(100)
    s.check(text, RESERVED, "the image's .text: broken table")
    code = rng.choice(ACCESSES)
    null, guard = rng.randrange(LOWEST), stack.limit - rng.randrange(1, PAGE)
    s.check(null, code | PRESENT, f"address {null:#x}: {forbidden(code)}")
    s.check(null, code | PRESENT, f"address {null:#x}: out of memory", -ENOMEM)
    s.check(guard, code | PRESENT, f"the guard page below {THREAD}: {forbidden(code)}")
    s.check(guard, code | RESERVED, f"the guard page below {THREAD}: broken table")


@exercise("2.6", weight=1, read="the sentence")
def test_the_function_of_a_jump_to_nowhere(machine: MachineFactory, rng: random.Random) -> None:
    """Nothing is known of rip: the word at rsp tells who called; and if that is none, nobody."""
    wild = rng.randrange(LOWEST, LOWER_HALF_END)
    m, tree = touch(machine, rng, "fetch", wild)
    cause, report = ended(m)
    check("cr2", hex(wild), hex(report.cr2 or 0))
    check("the sentence", "instruction fetch from "
          f"{wild:#x}, in no region: wild pointer in `{tree}`", cause)
    m.close()

    s = sentences(machine, rng)
    rsp = s.stack.low + 64
    for where, word in ((rsp, rng.getrandbits(47)), (0x7000_0000_0000, None)):
        if word is not None:
            s.m.write(rsp, struct.pack("<Q", word))
        found = said(s.m, "fault_cause", frame(rng, FETCH, wild, where, rsp + 64), wild, -EFAULT)
        check(f"the sentence without a function, rsp {where:#x}",
              f"instruction fetch from {wild:#x}, in no region: wild pointer", found)


# -- from the instruction to the report -------------------------------------------------------


@exercise("2.6", weight=2, read="the sentence")
def test_recursion_without_end(machine: MachineFactory, rng: random.Random) -> None:
    """Thread 0's stack grows to its limit, and then it is the guard page's turn."""
    m, tree = at_tree(machine, rng, "recurse", 1 << 40)
    limit = Stack(m, m.u64("thread_stack")).limit
    cause, report = ended(m)
    check("the sentence", f"write to the guard page below {THREAD}: stack overflow in `{tree}`",
          cause)
    check_that("cr2 lies in the guard page", limit - PAGE <= (report.cr2 or 0) < limit,
               f"{limit - PAGE:#x}-{limit:#x}", report.cr2)
    check("the functions of the backtrace, 64 lines", [tree] * 64,
          [line.split("+")[0] for _, line in report.backtrace])


@exercise("2.6", weight=2, read="the way of a page fault")
def test_reports_of_real_faults(machine: MachineFactory, rng: random.Random) -> None:
    """A null pointer, a write to .rodata, a jump to data, and a page of PROT_NONE."""
    offset = rng.randrange(LOWEST)
    m, tree = touch(machine, rng, "write", offset)
    check("the sentence", (f"write to address {offset:#x}: null pointer in `{tree}`", offset),
          told(m))

    m, tree = at_tree(machine, rng, "write")
    where = rng.randrange(m.address("image:image_rodata"), m.address("image:image_data"))
    m.set_reg("rsi", where)
    check("the sentence", (f"write to the image's .rodata: forbidden write in `{tree}`", where),
          told(m))

    m, tree = at_tree(machine, rng, "fetch")
    where = rng.randrange(m.address("image:image_data"), m.address("image:image_end"))
    m.set_reg("rsi", where)
    check("the sentence", ("instruction fetch from the image's .data: forbidden execution in "
                           f"`{tree}`", where), told(m))

    m, tree = at_tree(machine, rng, "read")
    base, size = rng.randrange(1 << 20, 1 << 30) * PAGE, rng.randrange(1, 9) * PAGE
    check("mmap", base, m.call("mmap", base, size, 0, 0x32, MASK, 0))
    where = base + rng.randrange(size)
    m.set_reg("rsi", where)
    check("the sentence", (f"read from region {base:#x}-{base + size:#x} ---: forbidden read in "
                           f"`{tree}`", where), told(m))


def told(m: Machine) -> tuple[str, int | None]:
    """The sentence, and what cr2 held; then the machine is no longer needed."""
    cause, report = ended(m)
    m.close()
    return cause, report.cr2


@exercise("2.6", weight=2, read="the way of a page fault")
def test_no_memory_for_a_stack(machine: MachineFactory, rng: random.Random) -> None:
    """A recursion that the stack's limit allows, and the memory does not."""
    m, tree = at_tree(machine, rng, "recurse", 1 << 40)
    m.write("frame_lists", bytes(19 * 4))
    m.write("frames_free", bytes(8))
    cause, _ = ended(m)
    check("the sentence", f"write to {THREAD}: out of memory in `{tree}`", cause)


# -- double faults ----------------------------------------------------------------------------


def ist_slot(m: Machine, ist: int) -> int:
    """Where the TSS keeps the pointer of an IST stack."""
    return m.tables()["tr"][0] + 36 + 8 * (ist - 1)


def entry_of(m: Machine, address: int) -> int:
    """The physical address of the entry that maps a page of 4 KiB."""
    table = m.reg("cr3") & ADDRESS
    for shift in (39, 30, 21):
        table = m.u64(table + 8 * (address >> shift & 511), physical=True) & ADDRESS
    return table + 8 * (address >> 12 & 511)


def bad_stack(m: Machine, rng: random.Random, case: str) -> str:
    """Breaks the exception stack, or what leads there; what the sentence says of it."""
    stack = Stack(m, m.call("ist_stack", IST_EXCEPTION))
    top, rest = stack.top, ""
    if case == "unmapped":
        m.write(entry_of(m, top - 8), bytes(8), physical=True)
        rest = f"{stack.name} (absent)"
    elif case == "read_only":
        at = entry_of(m, top - 8)
        m.write(at, struct.pack("<Q", m.u64(at, physical=True) & ~PTE_W), physical=True)
        rest = f"{stack.name} (read-only)"
    elif case == "lower_half":
        top = rng.randrange(LOWEST + 64, LOWER_HALF_END) & -16
        rest = f"{top - 8:#x}, in no region (absent)"
    elif case == "null":
        top = 0
        rest = f"{MASK - 7:#x}, where nothing is (absent)"
    elif case == "its_guard":
        top = stack.limit - 16 * rng.randrange(250)
        rest = f"the guard page below {stack.name} (absent)"
    elif case == "code":
        top = m.address("image:image_start") + 16 * rng.randrange(100, 200)
        rest = "the image's .text (read-only)"
    m.write(ist_slot(m, IST_EXCEPTION), struct.pack("<Q", top))
    return f": IST {IST_EXCEPTION}, {stack.name}, is {top:#x}, which leads to {rest}"


def check_double_fault(m: Machine, what: str, rip: int) -> None:
    """Ends with the double fault's sentence and report."""
    cause, report = ended(m)
    check("the report's first line", "double fault (#DF), vector 8", report.title)
    check("the sentence", f"no handler was entered{what}", cause)
    check("rip, where the first fault was", hex(rip), hex(report.registers["rip"]))


@exercise("2.6", weight=1, read="why no handler was entered")
@pytest.mark.parametrize("case", ["unmapped", "read_only", "lower_half", "null", "its_guard",
                                  "code"])
def test_an_exception_stack_that_leads_nowhere(
    machine: MachineFactory, rng: random.Random, case: str
) -> None:
    """Nothing can be pushed on the exception stack: #DF says why, on its own stack."""
    m, rip = about_to_fault(machine)
    what = bad_stack(m, rng, case)
    check_double_fault(m, what, rip)


def about_to_fault(machine: MachineFactory) -> tuple[Machine, int]:
    """A machine at an instruction that reads an absent page."""
    m = machine(app="fault", args="page-read 1", machine="microvm")
    m.run_to("raise_page_read")
    return m, m.reg("rip")


@exercise("2.6", weight=1, read="why no handler was entered")
def test_a_stack_pointer_that_is_not_canonical(
    machine: MachineFactory, rng: random.Random
) -> None:
    """The TSS holds no address at all for exceptions, and sometimes for interrupts, too."""
    m, rip = about_to_fault(machine)
    ist = rng.choice([1, IST_EXCEPTION])
    top = rng.randrange(LOWER_HALF_END, MASK - LOWER_HALF_END) & -16
    for broken in {ist, IST_EXCEPTION}:
        m.write(ist_slot(m, broken), struct.pack("<Q", top))
    check_double_fault(m, f": IST {ist}, {IST_NAMES[ist]}, is {top:#x}, not canonical", rip)


@exercise("2.6", weight=1, read="why no handler was entered")
@pytest.mark.parametrize("case", ["type", "selector", "absent"])
def test_a_damaged_gate_is_named(
    machine: MachineFactory, rng: random.Random, case: str
) -> None:
    """The gate of the page fault cannot be used: the double fault's can."""
    m, rip = about_to_fault(machine)
    gate = m.tables()["idt"][0] + 16 * 14
    if case == "type":
        m.write(gate + 5, bytes([0x80 | rng.choice([0, 1, 2, 8])]))
    elif case == "selector":
        m.write(gate + 2, struct.pack("<H", 8 * rng.randrange(5, 100)))
    else:
        m.write(gate + 5, b"\x0e")
    check_double_fault(m, ": gate 14 of the IDT is damaged", rip)


@exercise("2.6", weight=1, read="why no handler was entered")
def test_a_double_fault_without_a_reason(machine: MachineFactory, rng: random.Random) -> None:
    """When all looks right, the sentence says that; and just below an IST stack's use, too."""
    m, _ = about_to_fault(machine)
    top = Stack(m, m.call("ist_stack", IST_EXCEPTION)).top
    for address in (0, rng.getrandbits(47), top, top - 65 - rng.randrange(1000)):
        check(f"the sentence, with {address:#x} in CR2",
              "no handler was entered, though stacks and gates look right",
              said(m, "double_fault_cause", address))
    gate = rng.choice([*range(8), *range(10, 32)])
    m.write(m.tables()["idt"][0] + 16 * gate + 4, b"\0")
    check(f"the sentence, when gate {gate} names no IST stack",
          f"no handler was entered: gate {gate} of the IDT is damaged",
          said(m, "double_fault_cause", 0))
    check("the sentence, when that gate is damaged, and CR2 is just below a stack's top",
          f"no handler was entered: IST {IST_EXCEPTION}, {IST_NAMES[IST_EXCEPTION]}, is {top:#x}, "
          f"which leads to {IST_NAMES[IST_EXCEPTION]} (read-only)",
          said(m, "double_fault_cause", top - 1 - rng.randrange(64)), "Stacks come before gates.")


# -- what breaks while a fault is dealt with --------------------------------------------------


@exercise("2.6", weight=2, read="the first fault is reported")
@pytest.mark.parametrize("root", ["a hole", "not canonical"])
def test_a_fault_while_explaining(
    machine: MachineFactory, rng: random.Random, root: str
) -> None:
    """The kernel's notes about its tables are broken: the first fault is reported nevertheless."""
    m, tree = touch(machine, rng, "read", DIRECT_MAP + rng.randrange(1 << 45, 1 << 46))
    broken = 1 << 44 if root == "a hole" else ADDRESS
    m.write("kernel_tables", struct.pack("<Q", broken))
    wild, stack = m.reg("rsi"), Stack(m, m.u64("thread_stack"))
    m.explain("The second fault's frame lies where the first one's was, and cr2 is its own.")
    cause, report = ended(m)
    name = "page fault (#PF)" if root == "a hole" else "general protection (#GP)"
    match = re.fullmatch(r"read from.* \.\.\. not found: (.*) at 0x([0-9a-f]+)", cause)
    check_that("the sentence says where looking for the cause failed", match is not None,
               "read from … ... not found: NAME at 0x…", cause)
    assert match is not None
    check("the second fault's name", name, match[1])
    low, high = m.address("image:image_start"), m.address("image:image_text_end")
    check_that("the second fault's rip is in the kernel", low <= int(match[2], 16) < high,
               f"{low:#x}-{high:#x}", match[2])
    check("the report's first line", "page fault (#PF), vector 14", report.title)
    check("cr2, of the first fault", hex(wild), hex(report.cr2 or 0))
    check("the function at rip, of the first fault", tree, report.place.split("+")[0])
    check_that("rsp, of the first fault", stack.limit <= report.registers["rsp"] < stack.top,
               f"{stack.limit:#x}-{stack.top:#x}", hex(report.registers["rsp"]))


@exercise("2.6", weight=1, read="the first fault is reported")
def test_a_fault_while_memory_is_mapped(machine: MachineFactory, rng: random.Random) -> None:
    """The allocator's table is nowhere: the report is about the allocator's own fault."""
    m, _ = at_tree(machine, rng, "recurse", 1 << 40)
    wild = rng.randrange(1 << 32, 1 << 46) & -PAGE
    m.write("frame_table", struct.pack("<Q", wild))
    cause, report = ended(m)
    check_that("the sentence is about the second fault's address",
               f"{report.cr2:#x}, in no region: wild pointer in `" in cause,
               f"… {report.cr2:#x}, in no region: wild pointer in `…`", cause)
    span = 1 << 24
    check_that("cr2 lies where the table is said to be", wild <= (report.cr2 or 0) < wild + span,
               f"{wild:#x} and a little more", hex(report.cr2 or 0))


@exercise("2.6", weight=1, read="the first fault is reported")
def test_a_fault_while_reporting(machine: MachineFactory, rng: random.Random) -> None:
    """The report itself faults: no circle, no reset."""
    m, _ = touch(machine, rng, "read", rng.randrange(LOWEST))
    m.run_to("image:backtrace_print")
    m.set_reg("rip", m.address("image:" + rng.choice(TREES)))
    m.set_reg("rdi", m.address("image:image_rodata"))  # any text
    m.set_reg("rsp", 0x7000_0000_0000 + 16 * rng.randrange(1000))
    outcome = panicked(m)
    check("the console's last line", "fault while reporting a fault",
          outcome.console.replace("\r", "").rstrip("\n").split("\n")[-1])


@exercise("2.6", weight=1, read="the way of a page fault")
@pytest.mark.parametrize("vector", [8, 14])
def test_the_handler_leaves_room_on_its_stack(
    machine: MachineFactory, rng: random.Random, vector: int
) -> None:
    """Sentence and report are there, and of the handler's 8 KiB, a quarter was never touched."""
    m, _ = about_to_fault(machine)
    if vector == 8:
        bad_stack(m, rng, "unmapped")
    stack = Stack(m, m.call("ist_stack", IST_DOUBLE_FAULT if vector == 8 else IST_EXCEPTION))
    paint = rng.randbytes(8) * ((stack.top - stack.limit) // 8)
    m.write(stack.limit, paint)
    m.run_to("image:debug_exit")
    found = m.read(stack.limit, len(paint))
    used = next((len(paint) - i for i in range(0, len(paint), 8) if found[i:i + 8] != paint[:8]), 0)
    check_that("the handler has used its stack", used > 100, "some of it", used)
    check_that("the stack's use", used <= 6144, "at most 6144 of 8192 bytes", f"{used} bytes")
    ended(m)
