"""The processor: `regs` shows the registers, those of the system with the names of their bits.

Source: Intel SDM vol. 3A §2.3 (RFLAGS), §2.5 (control registers), §2.2.1 (EFER).
"""

import machine
from machine import Command, CommandError, Hidden, bit_names, say, symbolise

CR0 = {0: "PE", 1: "MP", 2: "EM", 3: "TS", 4: "ET", 5: "NE", 16: "WP", 18: "AM", 29: "NW",
       30: "CD", 31: "PG"}
CR3 = {3: "PWT", 4: "PCD"}
CR4 = {0: "VME", 1: "PVI", 2: "TSD", 3: "DE", 4: "PSE", 5: "PAE", 6: "MCE", 7: "PGE", 8: "PCE",
       9: "OSFXSR", 10: "OSXMMEXCPT", 11: "UMIP", 12: "LA57", 13: "VMXE", 14: "SMXE",
       16: "FSGSBASE", 17: "PCIDE", 18: "OSXSAVE", 19: "KL", 20: "SMEP", 21: "SMAP", 22: "PKE",
       23: "CET", 24: "PKS"}
EFER = {0: "SCE", 8: "LME", 10: "LMA", 11: "NXE", 12: "SVME", 14: "FFXSR"}
RFLAGS = {0: "CF", 2: "PF", 4: "AF", 6: "ZF", 7: "SF", 8: "TF", 9: "IF", 10: "DF", 11: "OF",
          14: "NT", 16: "RF", 17: "VM", 18: "AC", 19: "VIF", 20: "VIP", 21: "ID"}

_GENERAL = ("rax rbx rcx rdx", "rsi rdi rbp rsp", "r8 r9 r10 r11", "r12 r13 r14 r15")


def _mode(hidden: Hidden, cr0: int, efer: int) -> str:
    bits = f"{hidden.code_bits}-bit code"
    if not cr0 & 1:
        return f"{bits}, real mode"
    if not efer >> 10 & 1:
        return f"{bits}, protected mode"
    return f"{bits}, long mode" + ("" if hidden.code_bits == 64 else " (compatibility mode)")


class Registers(Command):
    """Show the registers of the selected CPU, those of the system bit by bit.

    regs

    General registers; the mode that the processor runs in; the segment registers; RFLAGS, CR0,
    CR3, CR4 and EFER with the names of the bits that are set; and where GDT, IDT and TSS are.
    The general registers are always those of the machine, whatever frame `up` has selected.

    Example:  stepi
              regs"""

    name = "regs"

    def run(self, argument: str) -> None:
        if argument:
            raise CommandError("takes no argument; `print $rax` shows one register")
        hidden = machine.hidden_registers()
        self._general(hidden.code_bits)
        self._state(hidden)
        self._tables(hidden)

    def _general(self, bits: int) -> None:
        for line in _GENERAL:
            names = line.split()
            if bits == 64:
                say("  ".join(f"{name:<3} {machine.register(name):016x}" for name in names))
            elif names[0][1].isalpha():  # r8 .. r15 are for 64-bit code
                say("  ".join(f"e{name[1:]} {machine.register(name) & 0xFFFFFFFF:08x}"
                              for name in names))

    def _state(self, hidden: Hidden) -> None:
        cr0, cr4, efer = (machine.register(name) for name in ("cr0", "cr4", "efer"))
        flags = machine.register("eflags")
        segments = hidden.segments
        # In real mode rip counts from the code segment's base.
        rip = machine.register("rip") + (segments["cs"].base if not cr0 & 1 else 0)
        say(f"rip     {symbolise(rip)}")
        say(f"mode    {_mode(hidden, cr0, efer)}, privilege level {hidden.privilege}"
            + (", halted" if hidden.halted else ""))
        if hidden.code_bits != 64:
            say("        x/i takes this for 64-bit code; `monitor x/4i $pc` decodes it as it is")
        interrupts = "interrupts on" if flags >> 9 & 1 else "interrupts off"
        known = sum(1 << bit for bit in RFLAGS)
        level = f"IOPL {flags >> 12 & 3}, " if flags >> 12 & 3 else ""
        self._bits("rflags", flags, f"{bit_names(flags & known, RFLAGS) or '-'}  "
                   f"({level}{interrupts})")
        self._bits("cr0", cr0, bit_names(cr0, CR0))
        self._bits("cr2", machine.register("cr2"), "(address of the last page fault)")
        cr3 = machine.register("cr3")
        self._bits("cr3", cr3, f"tables at {cr3 & 0x000FFFFFFFFFF000:#x} "
                   + bit_names(cr3 & 0x18 if not cr4 >> 17 & 1 else 0, CR3))
        self._bits("cr4", cr4, bit_names(cr4, CR4) or "-")
        self._bits("cr8", machine.register("cr8"), "(task priority)")
        self._bits("efer", efer, bit_names(efer, EFER) or "-")

    def _bits(self, name: str, value: int, text: str) -> None:
        say(f"{name:<7} {value:#018x}  {text}")

    def _tables(self, hidden: Hidden) -> None:
        segments = hidden.segments
        say("        " + "  ".join(f"{name} {segments[name].selector:04x}" for name in
                                   ("cs", "ss", "ds", "es", "fs", "gs")))
        say("        " + "  ".join(f"{name} {machine.register(name):#x}" for name in
                                   ("fs_base", "gs_base", "k_gs_base")))
        for name, table in (("gdt", hidden.gdt), ("idt", hidden.idt)):
            say(f"{name:<7} {symbolise(table.base)}  limit {table.limit:#x}")
        task = segments["tr"]
        say(f"tr      {task.selector:#06x}  "
            + (f"TSS at {symbolise(task.base)}  limit {task.limit:#x}" if task.selector
               else "no TSS is loaded"))


Registers()
