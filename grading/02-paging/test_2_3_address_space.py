"""Exercise 2.3: the kernel's own address space, looked at from outside; what it forbids, from inside.

The machines stop when memory is set up, before anything of 2.4 to 2.6 is needed.
"""

import random
import re
import struct
from typing import Any

import pytest

from pagurus import bootinfo, x86
from pagurus.addressspace import (GIB, GLOBAL, MIB2, PAGE, Range, W, X, check_leaves, check_tree,
                                  entry_of, largest_pages, read_tree)
from pagurus.bootinfo import BootInfo
from pagurus.checks import check, check_that, exercise
from pagurus.lab import Lab, MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.qemu import read_flags
from pagurus.verdict import MachineEnded, Words

DIRECT_MAP, DIRECT_MAP_END = 0xFFFF800000000000, 0xFFFFC00000000000
STACK_AREA, STACK_AREA_END = 0xFFFFC00000000000, 0xFFFFC10000000000
IMAGE_AREA = 0xFFFFFFFF80000000
RAM = (bootinfo.FREE, bootinfo.ACPI, bootinfo.LOADER, bootinfo.MODULE, bootinfo.IMAGE)
THREAD_STACK, IST_STACK, IST_STACKS = 64 << 10, 8192, 5
MAPPED, SET_UP = "image:frames_init_high", "image:page_fault_init"
FRAME_VECTOR = 15 * 8  # offset in struct trap_frame; the error code stands behind it
PT_LOAD, PF_X, PF_W = 1, 1, 2
MOV_CR3 = re.compile(rb"(?s)\x41?\x0f\x22[\xd8-\xdf]")  # a REX prefix means r8 to r15
GENERAL = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()
REGISTERS = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags".split()

NO_GIB_PAGES = read_flags()["QEMU_CPU"].replace("+pdpe1gb", "-pdpe1gb")


def about_to_map(machine: MachineFactory, /, **spec: Any) -> tuple[Machine, BootInfo]:
    """A machine before it makes the kernel's own tables, and what it was told at boot.

    Whoever boots the kernel need not have set the bits of the control registers that it wants.
    """
    m = machine(app="page_probe", **{"machine": "microvm"} | spec)
    m.run_to("image:address_space_init")
    info = bootinfo.read(m, m.reg("rdi") - DIRECT_MAP)
    for register, bit in (("efer", x86.EFER_NXE), ("cr0", x86.CR0_WP), ("cr4", x86.CR4_PGE)):
        m.set_reg(register, m.reg(register) & ~bit)
    return m, info


def go_on_to(m: Machine, stop: str) -> None:
    """Through the switch of tables; if the processor does not survive that, a hint says why."""
    try:
        m.run_to(stop)
    except MachineEnded as end:
        if end.outcome.kind in (Kind.TRIPLE_FAULT, Kind.TIMEOUT):
            m.explain("Until EFER.NXE is set, bit 63 of an entry is reserved; and the code, the "
                      "stack and the IDT must be mapped before and after CR3 is loaded.")
        raise


def made(machine: MachineFactory, /, stop: str = MAPPED, **spec: Any) -> tuple[Machine, BootInfo]:
    """A machine on the kernel's own tables, and what it was told at boot."""
    m, info = about_to_map(machine, **spec)
    go_on_to(m, stop)
    return m, info


def all_leaves(m: Machine) -> list[x86.Leaf]:
    """All pages of the tables that CR3 holds."""
    return read_tree(m, m.reg("cr3"))[0]


def mapped(m: Machine) -> list[str]:
    """Where pages start, and their entries."""
    return [f"{leaf.virtual:#x}: {entry_of(leaf):#x}" for leaf in all_leaves(m)]


def within(leaves: list[x86.Leaf], start: int, end: int) -> list[x86.Leaf]:
    """The leaves of a part of the address space."""
    return [leaf for leaf in leaves if start <= leaf.virtual < end]


# -- the switch -----------------------------------------------------------------------------------


@exercise("2.3", weight=2, read="the switch")
def test_control_registers_are_set(machine: MachineFactory) -> None:
    """CR0.WP, EFER.NXE and CR4.PGE, whatever they were before; CR3 holds kernel_tables."""
    m, _ = about_to_map(machine)
    run_to_switch(m)
    check_that("EFER.NXE when CR3 is loaded", bool(m.reg("efer") & x86.EFER_NXE), "set",
               "clear: whatever of the stack or .data is used next is a fault")
    go_on_to(m, MAPPED)
    for register, name, bit in (("cr0", "WP", x86.CR0_WP), ("efer", "NXE", x86.EFER_NXE),
                                ("cr4", "PGE", x86.CR4_PGE)):
        check_that(f"{register.upper()}.{name}", bool(m.reg(register) & bit), "set",
                   f"clear ({register} = {m.reg(register):#x})")
    for register, name, bit in (("cr0", "PG", x86.CR0_PG), ("efer", "LME", x86.EFER_LME),
                                ("cr4", "PAE", x86.CR4_PAE)):
        check_that(f"{register.upper()}.{name}, which was set before", bool(m.reg(register) & bit),
                   "set", f"clear ({register} = {m.reg(register):#x})")
    check("CR3", hex(m.u64("kernel_tables")), hex(m.reg("cr3") & x86.PTE_ADDRESS))


def run_to_switch(m: Machine) -> None:
    """To the instruction that loads CR3 with kernel_tables."""
    start = m.address("image:image_start")
    text = m.read(start, m.address("image:image_text_end") - start)
    stops = {start + at for found in MOV_CR3.finditer(text)
             for at in (found.start(), found.end() - 3)}
    for stop in stops:
        m.set_breakpoint(stop)
    loaded_cr3 = None
    while loaded_cr3 is None or loaded_cr3 & x86.PTE_ADDRESS != m.u64("kernel_tables"):
        outcome = m.run(100_000_000)
        if outcome.kind is not Kind.BREAKPOINT:
            raise MachineEnded(outcome, "CR3 is loaded with kernel_tables")
        code = m.read(m.reg("rip"), 4)
        loaded_cr3 = m.reg(GENERAL[code[3] & 7 | 8 if code[0] == 0x41 else code[2] & 7])
    for stop in stops:
        m.clear_breakpoint(stop)


# -- rights ---------------------------------------------------------------------------------------


@exercise("2.3", weight=2, read="the image")
def test_no_page_is_writable_and_executable(machine: MachineFactory) -> None:
    """In the whole address space, at all levels together."""
    m, _ = made(machine, SET_UP)
    for leaf in all_leaves(m):
        check_that(f"the page at {leaf.virtual:#x} is not both writable and executable",
                   not (leaf.writable and leaf.executable), "W^X", Words(leaf))


@exercise("2.3", weight=4, read="the image")
def test_image_has_its_rights(lab: Lab, machine: MachineFactory) -> None:
    """.text may be executed, .data written, .rodata neither; each to the last page, and no more."""
    m, info = made(machine)
    ranges: list[Range] = []
    for vaddr, size, flags in loaded(lab.image("page_probe").read_bytes()):
        ranges.append((vaddr, info.image_base + vaddr - info.image_vaddr, -(-size // PAGE) * PAGE,
                       GLOBAL | (X if flags & PF_X else 0) | (W if flags & PF_W else 0)))
    check_leaves(largest_pages(ranges), within(all_leaves(m), IMAGE_AREA, 1 << 64),
                 "page of the image")


def loaded(elf: bytes) -> list[tuple[int, int, int]]:
    """Address, size in memory, and flags of each segment."""
    phoff, = struct.unpack_from("<Q", elf, 32)
    count, = struct.unpack_from("<H", elf, 56)
    headers = [struct.unpack_from("<IIQQQQQQ", elf, phoff + 56 * i) for i in range(count)]
    return [(h[3], h[6], h[1]) for h in headers if h[0] == PT_LOAD]


@exercise("2.3", weight=2, read="the switch")
def test_nothing_else_is_mapped(machine: MachineFactory) -> None:
    """Page 0 and the loader's one-to-one map are gone; all pages are global, and the kernel's."""
    m, info = made(machine, SET_UP)
    for leaf in all_leaves(m):
        check_that(f"what is mapped at {leaf.virtual:#x}",
                   DIRECT_MAP <= leaf.virtual < DIRECT_MAP_END
                   or STACK_AREA <= leaf.virtual < STACK_AREA_END
                   or IMAGE_AREA <= leaf.virtual, "nothing", Words(leaf))
        check_that(f"the page at {leaf.virtual:#x} is present and global, and not for user mode",
                   leaf.entry & (x86.PTE_P | x86.PTE_G | x86.PTE_U) == x86.PTE_P | x86.PTE_G,
                   "P and G set, U clear", f"entry {leaf.entry:#x}")


# -- the direct map -------------------------------------------------------------------------------


def ram(info: BootInfo) -> list[tuple[int, int]]:
    """Base and end of each piece of RAM; what touches is one piece."""
    pieces: list[tuple[int, int]] = []
    for base, size, kind in info.regions:
        if kind in RAM and pieces and pieces[-1][1] == base:
            pieces[-1] = (pieces[-1][0], base + size)
        elif kind in RAM:
            pieces.append((base, base + size))
    return pieces


MACHINES = {
    "8M": {"memory": "8M"},
    "128M": {"memory": "128M"},
    "128M_with_a_module": {"memory": "128M", "modules": [(bytes((3 << 20) + 0x5000), "module")]},
    "8G_with_a_hole": {"memory": "8G", "machine": read_flags()["QEMU_MACHINE"]},
    "64G": {"memory": "64G"},
    "4G_without_pages_of_1_gib": {"memory": "4G", "cpu": NO_GIB_PAGES},
}


@exercise("2.3", weight=4, read="the direct map")
@pytest.mark.parametrize("size", MACHINES)
def test_direct_map_is_all_ram(machine: MachineFactory, size: str) -> None:
    """All RAM and nothing else, with the largest pages, writable and never executable."""
    m, info = made(machine, **MACHINES[size])
    ranges = [(DIRECT_MAP + base, base, end - base, W | GLOBAL) for base, end in ram(info)]
    m.explain(f"RAM is {', '.join(f'{base:#x}-{end:#x}' for base, end in ram(info))}.")
    check_leaves(largest_pages(ranges, MIB2 if "without" in size else GIB),
                 within(all_leaves(m), DIRECT_MAP, DIRECT_MAP_END), "page of the direct map")
    check_tree(m, "kernel_tables", m.u64("frames_total"))


# -- stacks ---------------------------------------------------------------------------------------


def check_stack(m: Machine, leaves: dict[int, x86.Leaf], name: str, top: int,
                size: int) -> set[int]:
    """A stack between two pages that are absent; the frames that it occupies."""
    check(f"where {name} ends, modulo the page size", 0, top % PAGE)
    for guard, place in ((top, "above"), (top - size - PAGE, "below")):
        check_that(f"the page {place} {name}, at {guard:#x}", guard not in leaves, "absent",
                   str(leaves.get(guard)))
    frames = set()
    for page in range(top - size, top, PAGE):
        leaf = leaves.get(page)
        check_that(f"{name} is mapped at {page:#x}", leaf is not None, "a page", "absent")
        assert leaf is not None
        check_that(f"{name} can be written and not executed, at {page:#x}",
                   leaf.writable and not leaf.executable, "rw-", Words(leaf))
        frames.add(leaf.physical)
    check(f"how many frames {name} has", size // PAGE, len(frames))
    return frames


@exercise("2.3", weight=4, read="a stack between two guard pages")
def test_stacks_have_guards(machine: MachineFactory) -> None:
    """Thread 0's and the five IST stacks: mapped as a whole, an absent page below and above."""
    m, info = made(machine, SET_UP)
    ist = x86.tss_ist(m.read(m.tables()["tr"][0], 104))
    limit, low, top = struct.unpack("<3Q", m.read(m.u64("thread_stack") + 8, 24))
    check("the size of thread 0's stack", THREAD_STACK, top - low)
    leaves, tables = read_tree(m, m.reg("cr3"))
    pages = {leaf.virtual: leaf for leaf in leaves if leaf.size == PAGE}
    stacks = [("thread 0's stack", top, THREAD_STACK)]
    stacks += [(f"IST stack {n}", ist[n - 1], IST_STACK) for n in range(1, IST_STACKS + 1)]
    frames: dict[int, str] = {table.address: "a page table" for table in tables}
    for name, top, size in stacks:
        check_that(f"{name} lies in STACK_AREA", STACK_AREA < top < STACK_AREA_END, "there",
                   hex(top))
        for frame in check_stack(m, pages, name, top, size):
            check(f"who else uses the frame {frame:#x} of {name}", None, frames.get(frame))
            check(f"what boot_info says of the frame {frame:#x} of {name}", bootinfo.FREE,
                  info.type_at(frame))
            frames[frame] = name
    check("pages in STACK_AREA", sum(size for _, _, size in stacks) // PAGE,
          len(within(leaves, STACK_AREA, STACK_AREA_END)))
    check("free frames, with those of tables and stacks", m.u64("frames_total"),
          m.u64("frames_free") + len(frames))


@exercise("2.3", weight=2, read="a stack between two guard pages")
def test_stack_without_memory(machine: MachineFactory) -> None:
    """stack_create gives NULL, nothing is left mapped and no frame is lost; with memory, a stack."""
    m, _ = made(machine, SET_UP)
    before, free = mapped(m), m.u64("frames_free")
    size, needed = 3 * PAGE, 4  # three pages, and a page table for two slots
    for keep in range(needed):
        m.call("hoard_frames", keep)
        check(f"stack_create of three pages with {keep} free frames", 0,
              m.call("stack_create", b"a stack", size, size))
        check("frames that are free afterwards", keep, m.u64("frames_free"))
        m.call("return_frames")
        check("what is mapped afterwards", before, mapped(m))
        check_tree(m, "kernel_tables")
    m.call("hoard_frames", needed)
    stack = m.call("stack_create", b"a stack", size, size)
    check_that(f"stack_create of three pages with {needed} free frames", stack != 0, "a stack",
               "NULL")
    m.call("return_frames")
    pages = {leaf.virtual: leaf for leaf in all_leaves(m)}
    check_stack(m, pages, "the new stack", m.u64(stack + 24), size)
    check("free frames", free - needed, m.u64("frames_free"))
    check_tree(m, "kernel_tables")


# -- what is forbidden faults ---------------------------------------------------------------------

PRESENT, WRITE, FETCH = 1, 2, 16  # the page fault's error code


def check_fault(m: Machine, what: str, access: str, address: int, error: int) -> None:
    """A function of page_probe.c touches an address: a page fault. Then all is as before."""
    before = m.registers()
    m.set_reg("rdi", address)
    m.set_reg("rsp", (before["rsp"] - 512) & ~15 | 8)
    m.set_reg("rip", m.address(access))
    m.set_breakpoint("trap_dispatch")
    m.set_breakpoint(before["rip"])
    m.write(m.reg("rsp"), struct.pack("<Q", before["rip"]))
    outcome = m.run(1_000_000)
    if outcome.kind is not Kind.BREAKPOINT:
        raise MachineEnded(outcome, f"{what} is a page fault")
    check_that(f"{what}, at {address:#x}", m.reg("rip") == m.address("trap_dispatch"),
               "a page fault", "nothing happens")
    vector, code = struct.unpack("<2Q", m.read(m.reg("rdi") + FRAME_VECTOR, 16))
    check(f"vector, error code and CR2 of {what}", (14, hex(error), hex(address)),
          (vector, hex(code), hex(m.reg("cr2"))))
    m.clear_breakpoint("trap_dispatch")
    m.clear_breakpoint(before["rip"])
    for register in REGISTERS:
        m.set_reg(register, before[register])


@exercise("2.3", weight=2, read="the switch")
def test_forbidden_accesses_fault(machine: MachineFactory, rng: random.Random) -> None:
    """Writing code, executing data, null pointers, old addresses, guards, holes: each faults."""
    m, info = made(machine, SET_UP)
    top = m.u64(m.u64("thread_stack") + 24)
    hole = ram(info)[0][1]
    data = m.address("probe_list")
    for what, access, address, error in (
            ("a write to .text", "probe_write", m.address("probe_read"), PRESENT | WRITE),
            ("a write to .rodata", "probe_write", m.address("image_rodata"), PRESENT | WRITE),
            ("a jump to .rodata", "probe_jump", m.address("image_rodata"), PRESENT | FETCH),
            ("a jump to .bss", "probe_jump", data, PRESENT | FETCH),
            ("a jump to thread 0's stack", "probe_jump", top - 64, PRESENT | FETCH),
            ("a jump to the direct map", "probe_jump",
             DIRECT_MAP + info.image_base + PAGE * rng.randrange(4), PRESENT | FETCH),
            ("a read of page 0", "probe_read", rng.randrange(PAGE - 8), 0),
            ("a read at 1 MiB, where the loader was", "probe_read", 1 << 20, 0),
            ("a write behind thread 0's stack", "probe_write", top, WRITE),
            ("a read of a hole in the direct map", "probe_read", DIRECT_MAP + hole, 0)):
        check_fault(m, what, access, address, error)
    m.call("probe_write", data)
    check("what is read through the direct map", m.u64("image_start"),
          m.call("probe_read", DIRECT_MAP + info.image_base))
