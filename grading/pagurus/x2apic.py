"""An x2APIC for a machine that has none: a function is stepped through, and its MSRs are played.

QEMU 7.2 without KVM has no x2APIC. But CPUID, RDMSR and WRMSR are one instruction each: here
CPUID says that there is one, and reads and writes of its MSRs are answered and noted instead of
being executed.

Source: Intel SDM vol. 3A §10.12.
"""

from dataclasses import dataclass, field

from pagurus.checks import fail
from pagurus.machine import Machine

APIC_BASE = 0x1B
ID, TPR, EOI, SPURIOUS, ICR = 0x802, 0x808, 0x80B, 0x80F, 0x830
LVT_TIMER, LVT_LINT0, LVT_LINT1, LVT_ERROR = 0x832, 0x835, 0x836, 0x837
TIMER_INITIAL, TIMER_CURRENT, TIMER_DIVIDE = 0x838, 0x839, 0x83E
ENABLE, X2APIC = 1 << 11, 1 << 10
_NAMES = {
    APIC_BASE: "APIC_BASE", ID: "ID", TPR: "TPR", EOI: "EOI", SPURIOUS: "spurious", ICR: "ICR",
    LVT_TIMER: "LVT timer", LVT_LINT0: "LVT LINT0", LVT_LINT1: "LVT LINT1",
    LVT_ERROR: "LVT error", TIMER_INITIAL: "initial count", TIMER_CURRENT: "current count",
    TIMER_DIVIDE: "divide configuration",
}

_STEPS_MAX = 3000
_CPUID, _RDMSR, _WRMSR = b"\x0f\xa2", b"\x0f\x32", b"\x0f\x30"
_PREFIXES = bytes([0x64, 0x65, 0x66, *range(0x40, 0x50)])
_MFENCE = b"\x0f\xae\xf0"
_CPUID_X2APIC = 1 << 21  # leaf 1, ecx


def name(msr: int) -> str:
    """An MSR by its number and, if it has one here, its name."""
    return f"{msr:#x} ({_NAMES[msr]})" if msr in _NAMES else f"{msr:#x}"


def told(writes: list[tuple[int, int]]) -> str:
    """Writes as a report shows them."""
    return ", ".join(f"MSR {name(msr)} = {value:#x}" for msr, value in writes) or "nothing"


def _orders_memory(code: bytes) -> bool:
    """MFENCE, whatever is locked, and XCHG with memory, which always is (§8.2.2)."""
    code = code.lstrip(_PREFIXES)
    return (code.startswith((_MFENCE, b"\xf0"))
            or (code[:1] in (b"\x86", b"\x87") and code[1:2] < b"\xc0"))


@dataclass
class X2Apic:
    """The MSRs of one processor's APIC, and what was written to them."""

    m: Machine
    msrs: dict[int, int] = field(default_factory=dict)
    writes: list[tuple[int, int]] = field(default_factory=list)  # MSR, 64-bit value
    fenced: list[bool] = field(default_factory=list)  # was memory ordered since the write before?
    reads: list[int] = field(default_factory=list)  # MSRs, in the last call

    def call(self, function: str, *arguments: int) -> int:
        """Call a function of the stopped machine, instruction by instruction; its rax."""
        m = self.m
        self.reads.clear()
        before = m.registers()
        home, top = before["rip"], (before["rsp"] - 512) & ~15
        m.write(top - 8, home.to_bytes(8, "little"))
        for register, value in zip("rdi rsi rdx".split(), arguments):
            m.set_reg(register, value)
        m.set_reg("rsp", top - 8)
        m.set_reg("rip", m.address(function))
        fence = False
        for _ in range(_STEPS_MAX):
            rip = m.reg("rip")
            if rip == home and m.reg("rsp") == top:
                break
            code = m.read(rip, 6)
            fence = fence or _orders_memory(code)
            fence = self._instruction(code[:2], rip, fence)
        else:
            fail(f"{function} with an x2APIC", f"an end after {_STEPS_MAX} instructions",
                 f"still at {m.here()}")
        result = m.reg("rax")
        for register in ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip "
                         "rflags").split():
            m.set_reg(register, before[register])
        return result

    def _instruction(self, code: bytes, rip: int, fence: bool) -> bool:
        """Execute or play one; whether memory has been ordered since the last write."""
        m = self.m
        low = {name: m.reg(name) & 0xFFFFFFFF for name in ("rax", "rcx", "rdx")}
        ours = low["rcx"] == APIC_BASE or 0x800 <= low["rcx"] < 0x900
        if code == _WRMSR and ours:
            value = low["rdx"] << 32 | low["rax"]
            self.writes.append((low["rcx"], value))
            self.fenced.append(fence)
            self.msrs[low["rcx"]] = value
            m.set_reg("rip", rip + 2)
            return False
        if code == _RDMSR and ours:
            self.reads.append(low["rcx"])
            value = self.msrs.get(low["rcx"], 0)
            m.set_reg("rax", value & 0xFFFFFFFF)
            m.set_reg("rdx", value >> 32)
            m.set_reg("rip", rip + 2)
            return fence
        m.step()
        if code == _CPUID and low["rax"] == 1:
            m.set_reg("rcx", m.reg("rcx") | _CPUID_X2APIC)
        return fence
