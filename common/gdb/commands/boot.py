"""Booting: `bootinfo` shows struct boot_info, what the loader tells the kernel.

Its layout is that of common/include/boot_info.h, taken from the symbols.
"""

from collections.abc import Iterator

import gdb

import machine
from machine import Command, CommandError, say

MAGIC = 0x5355525547415021
VERSION = 1


def _type(name: str) -> gdb.Type:
    try:
        return gdb.lookup_type(name)
    except gdb.error:
        raise CommandError(f"no symbols for {name}; load them with `file build/01-boot/loader.elf`"
                           ) from None


def _region_types() -> dict[int, str]:
    try:
        fields = gdb.lookup_type("enum boot_region_type").fields()
    except gdb.error:
        return {}
    return {item.enumval: item.name.replace("BOOT_", "").lower().replace("_", " ")
            for item in fields}


def _candidates() -> Iterator[tuple[int, str]]:
    """Physical addresses to look at: where the kernel's variable points, then the loader's own."""
    variable = gdb.lookup_global_symbol("boot_info")
    if variable is not None:
        data = machine.read_linear(int(variable.value().address), 8)
        address = int.from_bytes(data or b"", "little")
        if address:
            yield address, "the kernel's boot_info"
    for symbol in gdb.lookup_static_symbols("info"):
        if str(symbol.type.strip_typedefs()) in ("boot_info", "struct boot_info"):
            yield int(symbol.value().address), "the loader's info"


def _magic(address: int) -> int:
    return int.from_bytes(machine.read_physical(address, 8), "little")


def _find(argument: str) -> tuple[int, str]:
    if argument:
        found = [(machine.evaluate(argument), argument)]
    else:
        found = list(_candidates())
        if not found:
            raise CommandError("neither the kernel's boot_info nor the loader's info is among the "
                               "symbols; give the physical address")
    for address, name in found:
        if _magic(address) == MAGIC:
            return address, name
    address, name = found[-1]
    raise CommandError(f"no boot information at {address:#x} ({name}): the magic is "
                       f"{_magic(address):#x}, not {MAGIC:#x}; "
                       + ("is the address physical?" if argument else "it may not be built yet"))


def _string(address: int) -> str:
    if not address:
        return "none"
    text = machine.read_physical_string(address, 8192)
    shown = "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else
                    f"\\{chr(byte)}" if byte in b'"\\' else f"\\x{byte:02x}" for byte in text)
    return f'"{shown}"' + (" ..." if len(text) == 8192 else "")


def _size(size: int) -> str:
    for shift, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size} bytes"


class BootInfo(Command):
    """Show struct boot_info: what the loader tells the kernel.

    bootinfo         where the kernel's variable boot_info points; before that is set, the
                     loader's own variable info
    bootinfo ADDR    at a physical address (any expression), such as $rdi at the image's entry

    Shown: who booted what, the command line, the regions of physical memory with their types,
    and the modules. Regions that break the rules of boot_info.h are marked with `!!`. All is read
    in physical memory, so it need not be mapped.

    Example:  bootinfo
              bootinfo $rdi"""

    name = "bootinfo"

    def run(self, argument: str) -> None:
        machine.register("rip")  # first of all: is there a machine?
        layout = _type("struct boot_info")
        address, name = _find(argument)
        info = gdb.Value(machine.read_physical(address, layout.sizeof), layout)
        version, size = int(info["version"]), int(info["size"])
        say(f"boot_info at physical {address:#x} ({name}), version {version}, {size} bytes")
        if version != VERSION:
            say(f"!! these commands know version {VERSION}: the rest may be wrong")
        if size != layout.sizeof:
            say(f"!! the symbols' structure has {layout.sizeof} bytes")
        say(f"  booted by     {_string(int(info['loader_name']))}")
        say(f"  image         {_string(int(info['image_name']))}: {int(info['image_size'])} bytes "
            f"at {int(info['image_base']):#x}, linked at {int(info['image_vaddr']):#x}")
        say(f"  command line  {_string(int(info['command_line']))}")
        for label, field, unit in (("CPUs", "cpus", ""), ("TSC", "tsc_khz", " kHz")):
            value = int(info[field])
            say(f"  {label:<13} {f'{value}{unit}' if value else 'not told'}")
        rsdp = int(info["rsdp"])
        say(f"  RSDP          {f'{rsdp:#x}' if rsdp else 'not told'}")
        self._regions(info)
        self._modules(info)

    def _regions(self, info: gdb.Value) -> None:
        count, last = int(info["region_count"]), info["regions"].type.range()[1]
        names = _region_types()
        say(f"{count} regions" + (f" !! there is room for {last + 1}" if count > last + 1 else ""))
        end, before = 0, 0
        free = 0
        for index in range(min(count, last + 1)):
            region = info["regions"][index]
            base, size, kind = (int(region[field]) for field in ("base", "size", "type"))
            wrong = []
            if (base | size) & 4095:
                wrong.append("not page-aligned")
            if size == 0 or base + size > 1 << 64:
                wrong.append("empty" if size == 0 else "passes 2^64")
            if index and base < end:
                wrong.append("overlaps the one before, or is out of order")
            if index and base == end and kind == before:
                wrong.append("to be joined with the one before")
            if names and kind not in names:
                wrong.append("no such type")
            name = names.get(kind, f"type {kind}")
            free += size if name == "free" else 0
            say(f"  {base:#014x} - {base + size:#014x}  {_size(size):>12}  {name}"
                + (f"  !! {', '.join(wrong)}" if wrong else ""))
            end, before = base + size, kind
        say(f"  free: {_size(free)}")

    def _modules(self, info: gdb.Value) -> None:
        count, last = int(info["module_count"]), info["modules"].type.range()[1]
        say(f"{count} modules" + (f" !! there is room for {last + 1}" if count > last + 1 else ""))
        for index in range(min(count, last + 1)):
            module = info["modules"][index]
            base, size = int(module["base"]), int(module["size"])
            say(f"  {index}: {size} bytes at {base:#x}, {_string(int(module['string']))}")


BootInfo()
