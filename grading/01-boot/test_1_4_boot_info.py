"""Exercise 1.4: from multiboot's information to struct boot_info."""

import random

import pytest

from pagurus import bootinfo, multiboot
from pagurus.bootinfo import BootInfo, Region
from pagurus.checks import check, check_that, exercise, fail
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.verdict import Words

PAGE, MIB, GIB = 1 << 12, 1 << 20, 1 << 30
ENOSPC, EINVAL, EFAULT, ENOENT, E2BIG = 28, 22, 14, 2, 7

# Memory of a 64 MiB machine that nobody uses while the loader stands still.
INFO, FILE, FIELD, BLOCK = 32 * MIB, 33 * MIB, 33 * MIB + 64, 34 * MIB
TYPES = {1: bootinfo.FREE, 3: bootinfo.ACPI, 4: bootinfo.NVS, 5: bootinfo.BAD}


def at_c(machine: MachineFactory) -> Machine:
    """A machine in which only exercises 1.1 and 1.2 have run."""
    m = machine()
    m.run_to("loader_main")
    return m


def signed(value: int) -> int:
    """A C int from rax."""
    return (value & 0xFFFFFFFF) - (1 << 32 if value & 1 << 31 else 0)


def check_regions(label: str, expected: list[Region], found: list[Region]) -> None:
    """Compare two maps, and show them as words from where they part."""
    if expected == found:
        return
    same = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b),
                min(len(expected), len(found)))
    if same > 1:
        label += f", from {expected[same - 1][0]:#x} on"
        expected, found = expected[same - 1:], found[same - 1:]
    fail(label, Words(bootinfo.show(expected, 5)), Words(bootinfo.show(found, 5)))


def kinds(types: set[int | None]) -> Words:
    """Types of regions by their names."""
    names = sorted("not in the map" if one is None else bootinfo.TYPE_NAMES[one] for one in types)
    return Words(" and ".join(names))


# -- region_claim -----------------------------------------------------------------------------


def claim_all(m: Machine, claims: list[Region]) -> tuple[list[int], list[Region]]:
    """Makes the claims in an empty map; the results, and the map."""
    m.write(INFO, bootinfo.pack_regions([]), physical=True)
    results = [signed(m.call("region_claim", INFO, *claim)) for claim in claims]
    return results, bootinfo.read(m, INFO).regions


def said(claims: list[Region]) -> str:
    """The claims in words."""
    return "claims of " + ", then ".join(
        f"{size:#x} bytes at {base:#x} as {bootinfo.TYPE_NAMES[kind]}" for base, size, kind in claims)


@exercise("1.4", weight=3, read="lay a claim over the map")
def test_claims_overlap(machine: MachineFactory, rng: random.Random) -> None:
    """Random claims that overlap, touch and hide one another: the stronger type wins."""
    m = at_c(machine)
    for number in range(10):
        claims: list[Region] = []
        for _ in range(2 + number * 2 // 3):  # few at first: the simplest failure is shown
            base, size = rng.randrange(0, 64 * PAGE), rng.randrange(0, 24 * PAGE)
            if rng.random() < 0.5:
                base, size = base & -PAGE, size & -PAGE
            claims.append((base + rng.choice([0, 0, 5 * GIB]), size, rng.randrange(1, 9)))
        results, regions = claim_all(m, claims)
        check(f"what region_claim returns, {said(claims)}", [0] * len(claims), results)
        check_regions(f"the map after {said(claims)}", bootinfo.claimed(claims), regions)


@exercise("1.4", weight=1, read="lay a claim over the map")
def test_claims_at_the_end_of_the_address_space(machine: MachineFactory) -> None:
    """Neither base + size nor rounding to pages wraps round 2^64."""
    m = at_c(machine)
    last = (1 << 64) - PAGE
    for claims in (
        [(last - PAGE, (1 << 64) - 1, bootinfo.RESERVED)],
        [(last - 10 * PAGE, 5 * PAGE + 1, bootinfo.RESERVED), (last, PAGE - 1, bootinfo.FREE)],
        [(0, (1 << 64) - 1, bootinfo.FREE), (4096, 4096, bootinfo.LOADER)],
    ):
        results, regions = claim_all(m, claims)
        check(f"what region_claim returns, {said(claims)}", [0] * len(claims), results)
        check_regions(f"the map after {said(claims)}", bootinfo.claimed(claims), regions)


@exercise("1.4", weight=1, read="lay a claim over the map")
def test_full_list_is_left_alone(machine: MachineFactory) -> None:
    """When the list is full, region_claim says -ENOSPC and changes nothing."""
    m = at_c(machine)
    full = [(i * 4 * PAGE, 3 * PAGE, bootinfo.FREE) for i in range(bootinfo.REGIONS_MAX)]
    m.write(INFO, bootinfo.pack_regions(full), physical=True)
    for claim in ((4 * PAGE * 200, PAGE, bootinfo.FREE), (4 * PAGE + PAGE, PAGE, bootinfo.BAD)):
        check("what region_claim returns for one region too many", -ENOSPC,
              signed(m.call("region_claim", INFO, *claim)))
        check_regions("the map", full, bootinfo.read(m, INFO).regions)
    check("a claim that still fits", 0,
          signed(m.call("region_claim", INFO, 3 * PAGE, PAGE, bootinfo.FREE)))
    check("regions, after a gap between two has been closed", bootinfo.REGIONS_MAX - 1,
          len(bootinfo.read(m, INFO).regions))


# -- boot_info_build, on information that the grader made up ------------------------------------


def build(m: Machine, information: multiboot.Information, magic: int = multiboot.MAGIC
          ) -> tuple[int, str, BootInfo]:
    """Calls boot_info_build; its result, the field that it names, and what it built."""
    m.write(information.base, information.data, physical=True)
    m.write(INFO, b"\xAA" * bootinfo.SIZE, physical=True)
    nothing = m.call("strchr", b"", 0)  # some empty C string
    m.write(FIELD, nothing.to_bytes(8, "little"), physical=True)
    result = signed(m.call("boot_info_build", INFO, magic, information.base, FILE, FIELD))
    field = m.cstring(m.u64(FIELD)) if result else ""
    return result, field, bootinfo.read(m, INFO)


def answer(result: int, field: str = "") -> Words:
    """What boot_info_build returns, in words."""
    names = {-value: name for name, value in (("ENOSPC", ENOSPC), ("EINVAL", EINVAL),
             ("EFAULT", EFAULT), ("ENOENT", ENOENT), ("E2BIG", E2BIG))}
    return Words(f"-{names[result]} for '{field}'" if result in names else str(result))


def image_module(information: multiboot.Information) -> multiboot.Module:
    """An image that nobody is going to run."""
    at = information.put(b"not an image", align=PAGE)
    return at, at + 12, information.put(b"dir/image.elf\0")


def always_claimed(m: Machine, strings: list[tuple[int, int]]) -> list[Region]:
    """What is in use in every machine: page 0, the loader, and strings (address, bytes)."""
    start, end = m.address("loader_start"), m.address("loader_bss_end")
    return [(0, PAGE, bootinfo.RESERVED), (start, end - start, bootinfo.LOADER)] + [
        (address, size, bootinfo.LOADER) for address, size in strings]


@exercise("1.4", weight=3, read="the memory map")
def test_memory_map_of_any_shape(machine: MachineFactory, rng: random.Random) -> None:
    """Entries of any size and order, with overlaps and holes, below and above 4 GiB."""
    m = at_c(machine)
    for _ in range(6):
        information = multiboot.Information(BLOCK)
        ranges = [(0, 640 << 10, 1), (MIB, 200 * MIB, 1)]
        for _ in range(rng.randrange(1, 9)):
            high = rng.choice([0, 0, 4 * GIB, 3 << 39])
            ranges.append((high + rng.randrange(300 * MIB), rng.randrange(1, 40 * MIB),
                           rng.choice([1, 1, 2, 3, 4, 5, 77])))
        rng.shuffle(ranges)
        information.memory_map(ranges, [rng.choice([20, 24, 28, 36]) for _ in ranges])
        start, end, name = image_module(information)
        information.modules([(start, end, name)])
        result, field, info = build(m, information)
        check("what boot_info_build returns", answer(0), answer(result, field))
        claims = [(base, size, TYPES.get(kind, bootinfo.RESERVED)) for base, size, kind in ranges]
        claims += always_claimed(m, [(name, 14), (start, end - start)])
        check_regions("the memory map", bootinfo.claimed(claims), info.regions)


@exercise("1.4", weight=1, read="the memory map")
def test_memory_without_a_map(machine: MachineFactory, rng: random.Random) -> None:
    """A boot loader that only knows mem_lower and mem_upper."""
    m = at_c(machine)
    for upper in (rng.randrange(48 << 10, 1 << 20), rng.randrange(2 << 20, 4 << 20),
                  rng.randrange(4 << 20, 1 << 32)):
        information = multiboot.Information(BLOCK)
        lower = rng.randrange(300, 640)
        information.memory(lower, upper)
        start, end, name = image_module(information)
        information.modules([(start, end, name)])
        result, field, info = build(m, information)
        said = f"with mem_lower {lower} and mem_upper {upper}"
        check(f"what boot_info_build returns {said}", answer(0), answer(result, field))
        claims = [(0, lower << 10, bootinfo.FREE), (MIB, upper << 10, bootinfo.FREE)]
        check_regions(f"the memory map {said}", bootinfo.claimed(
            claims + always_claimed(m, [(name, 14), (start, end - start)])), info.regions)


@exercise("1.4", weight=1, read="the memory map")
def test_last_map_entry(machine: MachineFactory, rng: random.Random) -> None:
    """The last entry's size may lead anywhere; an entry that the map cuts off is an error."""
    m = at_c(machine)
    for size in (rng.randrange(24, 4000), 0x7FFFFFFC, 0xFFFFFFFC, 0xFFFFFFFF - 2 * 24):
        information = multiboot.Information(BLOCK)
        information.memory_map([(0, 200 * MIB, 1), (GIB, MIB, 1), (2 * GIB, MIB, 1)], [20] * 3)
        information.entry_size(2, size)
        information.modules([image_module(information)])
        m.explain("Compare with >= or <, not with ==; and think of sizes near 2^32.")
        result, field, info = build(m, information)
        said = f"with a last map entry that says it has {size:#x} bytes"
        check(f"boot_info_build {said}", answer(0), answer(result, field))
        check(f"what the memory at 2 GiB is {said}", kinds({bootinfo.FREE}),
              kinds({info.type_at(2 * GIB)}))
    m.explain("Is what is left of the map long enough to hold an entry?")
    for cut in (1, rng.randrange(2, 24)):
        information = multiboot.Information(BLOCK)
        information.memory_map([(0, 200 * MIB, 1), (GIB, MIB, 1)], [20] * 2)
        information.field(44, 48 - cut)
        information.modules([image_module(information)])
        check(f"boot_info_build with a map that is cut off {cut} bytes before its last entry's end",
              answer(-EINVAL, "mmap size"), answer(*build(m, information)[:2]))


@exercise("1.4", weight=2, read="the memory map")
def test_nonsense_is_named(machine: MachineFactory) -> None:
    """What cannot be read or cannot be is an error that names the field."""
    m = at_c(machine)

    def expect(label: str, wanted: tuple[int, str], change) -> None:
        information = multiboot.Information(BLOCK)
        information.memory_map([(0, 200 * MIB, 1)], [20])
        module = image_module(information)
        information.modules([module, module])
        information.command_line(b"loader.elf")
        change(information)
        check(f"boot_info_build with {label}", answer(*wanted),
              answer(*build(m, information)[:2]))

    def modules(*changed: multiboot.Module):
        return lambda information: information.modules([image_module(information), *changed])

    good = BLOCK + 8192
    expect("a map entry of 19 bytes", (-EINVAL, "mmap size"),
           lambda i: i.memory_map([(0, MIB, 1), (MIB, MIB, 1)], [19, 20]))
    expect("a memory map in page 0", (-EFAULT, "mmap_addr"), lambda i: i.field(48, 16))
    expect("a map that ends above 4 GiB", (-EFAULT, "mmap_addr"),
           lambda i: (i.field(48, 0xFFFFF000), i.field(44, 0x2000)))
    expect("a command line in page 0", (-EFAULT, "cmdline"), lambda i: i.field(16, 8))
    expect("a module that ends before it starts", (-EFAULT, "mod_end"),
           modules((good + 1, good, good)))
    expect("a module in page 0", (-EFAULT, "mod_start"), modules((8, 9, good)))
    expect("a module's string in page 0", (-EFAULT, "string"), modules((good, good + 1, 8)))
    check("boot_info_build with a wrong magic number", answer(-EINVAL, "magic"),
          answer(*build(m, multiboot.Information(BLOCK), magic=0x1BADB002)[:2]))


@exercise("1.4", weight=1, read="the command line")
def test_strings_of_any_shape(machine: MachineFactory, rng: random.Random) -> None:
    """Blanks behind the loader's name, a name alone, and modules that have no string."""
    m = at_c(machine)
    name, text = f"dir/loader{rng.randrange(100)}.elf", f"x{rng.randrange(100)}  y "
    for line, wanted in {f"{name} {text}": text, f"{name}   {text}": text, name: "",
                         f"{name}   ": "", "": "", f" {text}": text}.items():
        information = multiboot.Information(BLOCK)
        information.memory_map([(0, 200 * MIB, 1)], [20])
        information.command_line(line.encode())
        start, end, _ = image_module(information)
        information.modules([(start, end, 0), (start, end, 0)])
        said = f"with the command line {line!r} and modules whose string is 0"
        result, field, info = build(m, information)
        check(f"boot_info_build {said}", answer(0), answer(result, field))
        check(f"the string at command_line {said}", wanted,
              m.cstring(info.command_line, physical=True))
        check("the string of a module that has none", "",
              m.cstring(info.modules[0][2], physical=True))


@exercise("1.4", weight=1, read="the command line")
def test_strings_are_claimed_to_their_end(machine: MachineFactory, rng: random.Random) -> None:
    """Of each string all pages are in use, also one that holds nothing but its zero byte."""
    m = at_c(machine)
    information = multiboot.Information(BLOCK)
    information.memory_map([(0, 200 * MIB, 1)], [20])
    module = image_module(information)

    def up_to_a_page(pages: int) -> tuple[int, int]:
        """A string whose zero byte is the first byte of a page; its address and bytes."""
        length = pages * PAGE - rng.randrange(1, PAGE)
        information.put(b"", align=PAGE)
        at = information.put(bytes(PAGE * pages - length) + b"x" * length + b"\0", align=PAGE)
        information.put(b"", align=2 * PAGE)
        return at + PAGE * pages - length, length + 1

    line, string = up_to_a_page(2), up_to_a_page(1)
    information.flag(multiboot.CMDLINE)
    information.field(16, line[0])
    information.modules([module, (module[0], module[1], string[0])])
    result, field, info = build(m, information)
    check("what boot_info_build returns", answer(0), answer(result, field))
    for what, (at, size) in {"the command line": line, "a module's string": string}.items():
        check(f"what the memory of {what} at {at:#x} is, {size} bytes with the zero",
              kinds({bootinfo.LOADER}), kinds(info.types_in(at & -PAGE, size + at % PAGE)))


# -- real machines ----------------------------------------------------------------------------


def booted(m: Machine) -> tuple[int, BootInfo]:
    """Runs to the end of exercise 1.4; multiboot's information, and the structure."""
    m.run_to("_start")
    information = m.reg("rbx") & 0xFFFFFFFF
    m.run_to("image_load")
    return information, bootinfo.read(m, m.reg("rdi"))


@exercise("1.4", weight=2, read="the memory map")
@pytest.mark.parametrize("memory, board", [
    ("64M", "q35"), ("1G", "q35"), ("8G", "q35"), ("64M", "microvm")])
def test_memory_of_real_machines(machine: MachineFactory, memory: str, board: str) -> None:
    """All memory is there, under its type, and nothing that is in use is free."""
    m = machine(memory=memory, machine=board)
    information, info = booted(m)

    def low(address: int, length: int) -> bytes:
        return m.read(address, length, physical=True)

    check("boot_info: magic, version, size", (bootinfo.MAGIC, bootinfo.VERSION, bootinfo.SIZE),
          (info.magic, info.version, info.size))
    claims = [(base, size, TYPES.get(kind, bootinfo.RESERVED))
              for base, size, kind in multiboot.read_memory_map(low, information)]
    (start, end, string), = multiboot.read_modules(low, information)
    command_line = m.u32(information + 16, physical=True)
    claims += always_claimed(m, [
        (start, end - start), (string, len(m.cstring(string, physical=True)) + 1),
        (command_line, len(m.cstring(command_line, physical=True)) + 1)])
    check_regions(f"the memory map of a {board} with {memory}", bootinfo.claimed(claims),
                  info.regions)
    total = {"M": MIB, "G": GIB}[memory[-1]] * int(memory[:-1])
    free = sum(size for _, size, kind in info.regions if kind == bootinfo.FREE)
    check_that("free memory is most of the machine's", 0.95 * total < free < total,
               f"95 to 100 % of {memory}", f"{free // MIB} MiB")


@exercise("1.4", weight=1, read="the command line")
@pytest.mark.parametrize("kind", ["none", "empty", "words", "4 KiB"])
def test_command_line(machine: MachineFactory, rng: random.Random, kind: str) -> None:
    """The arguments, as they were given, without the loader's own name."""
    text = {
        "none": None, "empty": "",
        "words": "".join(rng.choice("abcdefgh 'Z\"\\=%$") for _ in range(60)).strip() + " x",
        "4 KiB": "".join(rng.choice("abcdefgh ") for _ in range(4096 - 40)).strip() + "end",
    }[kind]
    m = machine(args=text)
    _, info = booted(m)
    check("the string at command_line", text or "", m.cstring(info.command_line, physical=True))
    check("what the memory that it lies in is", kinds({bootinfo.LOADER}),
          kinds(info.types_in(info.command_line & -PAGE, PAGE)))


@exercise("1.4", weight=2, read="one module")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_modules(machine: MachineFactory, rng: random.Random, count: int) -> None:
    """Each module's bytes, size and string, and its memory is not free."""
    contents = [rng.randbytes(rng.choice([1, 4095, 4096, 4097, 100_000])) for _ in range(count)]
    texts = ["", "with some text", "a=1"]
    m = machine(modules=[(data, text) for data, text in zip(contents, texts)])
    _, info = booted(m)
    name = m.cstring(info.image_name, physical=True)
    check("image_name", "hello.elf", name)
    check("the number of modules, without the image", count, len(info.modules))
    for i, ((base, size, string), data) in enumerate(zip(info.modules, contents)):
        check(f"the size of module {i}", len(data), size)
        if m.read(base, size, physical=True) != data:
            fail(f"the bytes of module {i} are not those of its file")
        check(f"the string of module {i}", m.spec.modules[i + 1],
              m.cstring(string, physical=True))
        check(f"what the memory of module {i} is", kinds({bootinfo.MODULE}),
              kinds(info.types_in(base, size)))
        check("what the memory of its string is", kinds({bootinfo.LOADER}),
              kinds(info.types_in(string & -PAGE, PAGE)))
