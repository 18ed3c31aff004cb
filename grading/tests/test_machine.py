"""Machine: every way in which a guest can end, told apart; and what the grader sees of one."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guestlib import boot, build_guest
from pagurus.errors import UsageError
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.qemu import MachineSpec, accelerator, memory_bytes
from pagurus.stages import find_root
from pagurus.verdict import CallFailed, CheckFailed, HarnessError, MachineEnded

QUICK = {"machine": "microvm"}  # its firmware takes no time


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# -- ends -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 1, 42, 255])
def test_exit_status(tmp_path: Path, status: int) -> None:
    defines = {"TEXT": f'"pagurus: exit {status}"', "VALUE": status & 0x7F}
    with boot(tmp_path, "report", defines=defines, **QUICK) as machine:
        outcome = machine.run_expect_exit(status)
    assert (outcome.kind, outcome.status) == (Kind.EXIT, status)


def test_another_status_is_a_failed_check(tmp_path: Path) -> None:
    defines = {"TEXT": '"pagurus: exit 3"', "VALUE": 3}
    with boot(tmp_path, "report", defines=defines, **QUICK) as machine:
        with pytest.raises(CheckFailed) as failed:
            machine.run_expect_exit(4)
    assert (failed.value.expected, failed.value.found) == (4, 3)


@pytest.mark.parametrize("text, value, kind, sentence", [
    ("pagurus: panic no memory left", 0x7F, Kind.PANIC, "kernel panic: no memory left"),
    ("pagurus: refused e_machine", 0x7D, Kind.REFUSED, "the loader refused: e_machine"),
    ("pagurus: todo 1.3", 0x7E, Kind.TODO, "exercise 1.3 is not done yet"),
    ("pagurus: todo 1.3 a/b.c:7", 0x7E, Kind.TODO, "exercise 1.3 is not done yet"),
    ("pagurus: exit 3", 4, Kind.BARE_EXIT, "0x4 was written there"),
    ("pagurus: exit 300", 44, Kind.BARE_EXIT, "cannot be read: 'exit 300'"),
    ("pagurus: victory", 0, Kind.BARE_EXIT, "cannot be read: 'victory'"),
    ("ok 1 - not a report", 0, Kind.BARE_EXIT, "without a report line"),
])
def test_reports(tmp_path: Path, text: str, value: int, kind: Kind, sentence: str) -> None:
    with boot(tmp_path, "report", defines={"TEXT": f'"{text}"', "VALUE": value}, **QUICK) as machine:
        outcome = machine.run()
        assert outcome.kind is kind
        assert sentence in outcome.text
        assert outcome.exercise == ("1.3" if kind is Kind.TODO else None)
        with pytest.raises(MachineEnded):
            machine.registers()


def test_tap_lines_are_apart_from_reports(tmp_path: Path) -> None:
    with boot(tmp_path, "report", defines={"TEXT": '"ok 1 - one", 10, "pagurus: exit 0"',
                                           "VALUE": 0}, **QUICK) as machine:
        outcome = machine.run()
    assert (outcome.tap, outcome.reports) == (["ok 1 - one"], ["exit 0"])


def test_triple_fault_tells_where_and_why(tmp_path: Path) -> None:
    with boot(tmp_path, "triple", **QUICK) as machine:
        outcome = machine.run()
        assert outcome.kind is Kind.TRIPLE_FAULT
        assert outcome.where is not None and outcome.where.symbol == "break_things"
        assert outcome.where.address == machine.reg("rip")
        assert "page fault (#PF): write at 0x123456789000, the page is not present" in outcome.text
        assert "at break_things+0xb (guests/triple.asm:" in outcome.text
        assert machine.run() is outcome, "a machine that is over stays over"


def test_endless_loop_ends_by_budget(tmp_path: Path) -> None:
    with boot(tmp_path, "stuck", defines={"HOW": 0}, **QUICK) as machine:
        outcome = machine.run(budget=20_000_000)
        assert outcome.kind is Kind.TIMEOUT
        assert "still running after 20,000,000 instructions, at stuck_here" in outcome.text
        assert outcome.instructions is not None and outcome.instructions >= 20_000_000
        assert machine.mode() == 32, "a machine that was timed out can be looked at"


def test_halt_without_interrupts_ends_at_once(tmp_path: Path) -> None:
    with boot(tmp_path, "stuck", defines={"HOW": 1}, **QUICK) as machine:
        before = time.monotonic()
        outcome = machine.run(budget=10**12)
    assert outcome.kind is Kind.TIMEOUT
    assert "halted with interrupts off, for ever, at stuck_here" in outcome.text
    assert time.monotonic() - before < 2


def test_halt_that_nothing_interrupts_ends(tmp_path: Path) -> None:
    with boot(tmp_path, "stuck", defines={"HOW": 2}, **QUICK) as machine:
        outcome = machine.run(budget=10**12)
    assert outcome.kind is Kind.TIMEOUT
    assert "no interrupt comes" in outcome.text


def test_endless_faults_end_early(tmp_path: Path) -> None:
    with boot(tmp_path, "slow_faults", **QUICK) as machine:
        outcome = machine.run(budget=10**12)
    assert outcome.kind is Kind.TIMEOUT
    assert "the same fault again and again: page fault (#PF): write at 0x1234" in outcome.text


def test_wall_limit_catches_what_the_budget_does_not(tmp_path: Path) -> None:
    with boot(tmp_path, "stuck", defines={"HOW": 0}, wall=0.5, **QUICK) as machine:
        outcome = machine.run(budget=10**15)
    assert (outcome.kind, "within 0 s" in outcome.text) == (Kind.TIMEOUT, True)


# -- the harness's own troubles ---------------------------------------------------------------


def test_bad_option_is_a_harness_error_with_qemus_words(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="-nonsense: invalid option"):
        boot(tmp_path, "triple", extra=["-nonsense"])


def test_missing_qemu_is_a_harness_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QEMU", "qemu-that-nobody-has")
    with pytest.raises(HarnessError, match="cannot start qemu-that-nobody-has: No such file"):
        boot(tmp_path, "triple")


def test_missing_module_is_a_harness_error(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="missing-module"):
        boot(tmp_path, "triple", modules=["missing-module"])


def test_file_that_is_no_kernel_does_not_boot(tmp_path: Path) -> None:
    no_kernel = tmp_path / "no.elf"
    no_kernel.write_bytes(build_guest(tmp_path, "triple").read_bytes().replace(
        (0x1BADB002).to_bytes(4, "little"), b"oops"))
    with pytest.raises(MachineEnded) as ended:
        Machine(MachineSpec(no_kernel, tmp_path))
    assert ended.value.outcome.kind is Kind.NO_BOOT


def test_killed_qemu_is_noticed(tmp_path: Path) -> None:
    with boot(tmp_path, "echo", **QUICK) as machine:
        machine.wait_for_console("ready")
        os.kill(machine.pid, signal.SIGKILL)
        outcome = machine.run()
    assert outcome.kind is Kind.QEMU_DIED
    assert "status -9" in outcome.text


@pytest.mark.parametrize("port", [0x3F8, 0xE9])
def test_endless_output_ends_the_machine(tmp_path: Path, port: int) -> None:
    with boot(tmp_path, "flood", defines={"PORT": port}, **QUICK) as machine:
        outcome = machine.run(budget=10_000_000_000)
    assert outcome.kind is Kind.TIMEOUT and "more than 1 MiB of output" in outcome.text
    assert len(outcome.console) + len(outcome.debug) < 8 << 20


def test_unknown_names(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        with pytest.raises(CheckFailed, match="no symbol 'nobody' in functions.elf"):
            machine.run_to("nobody")
        with pytest.raises(HarnessError, match="no register 'cr1'"):
            machine.reg("cr1")


@pytest.mark.parametrize("status, says", [(1, "no KVM here: the machine does not start"),
                                          (0, "")])
def test_kvm_is_what_its_proof_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int,
                                    says: str) -> None:
    """kvm.sh is the one place that decides, and starts its machine once in a process."""
    for name in ("labs", "grading", "common/mk"):
        (tmp_path / name).mkdir(parents=True)
    proof = tmp_path / "common/mk/kvm.sh"
    proof.write_text("#!/bin/sh\n"
                     f"echo x >> {tmp_path}/started\necho '{says or 'usable'}'\nexit {status}\n")
    proof.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACCEL", "kvm")
    for _ in range(2):
        if says:
            with pytest.raises(UsageError, match=f"^{says}$"):
                accelerator()
        else:
            assert accelerator() == "kvm"
    assert (tmp_path / "started").read_text() == "x\n"


def test_kvm_that_cannot_start_a_machine(tmp_path: Path) -> None:
    """That /dev/kvm opens is no proof."""
    qemu = tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\necho 'failed to initialize kvm: a crab in the works' >&2\nexit 1\n")
    qemu.chmod(0o755)
    done = subprocess.run([find_root() / "common/mk/kvm.sh"], capture_output=True, text=True,
                          env=os.environ | {"QEMU": str(qemu)}, check=False)
    assert done.returncode == 1 and re.fullmatch("no KVM here: .*\n", done.stdout)


@pytest.mark.parametrize("text, size", [("64M", 64 << 20), ("8G", 8 << 30), ("640k", 640 << 10),
                                        ("4", 4 << 20)])
def test_sizes_of_memory(text: str, size: int) -> None:
    assert memory_bytes(text) == size


def test_nonsense_for_a_size_is_refused() -> None:
    with pytest.raises(UsageError, match="'lots' is no size"):
        memory_bytes("lots")


# -- no machine outlives its test -------------------------------------------------------------


def test_process_group_is_gone_after_the_block(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), boot(tmp_path, "stuck", defines={"HOW": 0}, **QUICK) as machine:
        pid = machine.pid
        assert os.getpgid(pid) == pid
        raise RuntimeError
    assert not is_alive(pid)
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


def test_machine_dies_with_a_killed_grader(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "import guestlib\n"
        f"machine = guestlib.boot(Path({str(tmp_path)!r}), 'stuck', defines={{'HOW': 0}})\n"
        "print(machine.pid, flush=True)\n"
        "machine.run(10**15)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as grader:
        assert grader.stdout is not None
        pid = int(grader.stdout.readline())
        assert is_alive(pid)
        pidfd = os.pidfd_open(pid)
        grader.kill()
        grader.wait()
    assert select.select([pidfd], [], [], 5)[0], "QEMU outlived the grader"
    os.close(pidfd)
    assert not is_alive(pid)


# -- serial line ------------------------------------------------------------------------------


def sent(tmp_path: Path, size: int, poll: int, drain: int, stall: int) -> bytes:
    """What arrives of `size` bytes."""
    defines: dict[str, str | int] = {"SIZE": size, "POLL": poll, "DRAIN": drain}
    with boot(tmp_path, "serial", defines=defines, serial_stall=stall, **QUICK) as machine:
        return machine.run_expect_exit(0).console.encode("latin-1")


@pytest.mark.parametrize("poll", [1, 0])
def test_4_kib_arrive(tmp_path: Path, poll: int) -> None:
    assert sent(tmp_path, 4096, poll, 1, 0) == bytes(range(256)) * 16


def test_a_driver_that_polls_loses_nothing_on_a_stalled_line(tmp_path: Path) -> None:
    assert sent(tmp_path, 4096, 1, 1, 20_000) == bytes(range(256)) * 16


def test_a_driver_that_does_not_poll_loses_bytes_on_a_stalled_line(tmp_path: Path) -> None:
    assert 0 < len(sent(tmp_path, 4096, 0, 1, 20_000)) < 4096


def test_waiting_for_a_stalled_line_costs_no_budget(tmp_path: Path) -> None:
    defines = {"SIZE": 8, "POLL": 1, "DRAIN": 1}
    with boot(tmp_path, "serial", defines=defines, serial_stall=2_000_000, **QUICK) as machine:
        assert len(machine.run_expect_exit(0, budget=1_000_000).console) == 8


@pytest.mark.parametrize("after", [0, 1, 38, 5000])
def test_a_held_line_takes_an_exact_number_of_bytes(tmp_path: Path, after: int) -> None:
    text = (bytes(range(256)) * 20)[:after + 3]
    defines: dict[str, str | int] = {"SIZE": after + 3, "POLL": 1, "DRAIN": 1}
    with boot(tmp_path, "serial", defines=defines, **QUICK) as machine:
        machine.hold_line(after)
        assert machine.run(budget=300_000).kind is Kind.TIMEOUT
        machine.release_line()
        assert machine.run_expect_exit(0).console.encode("latin-1") == text


@pytest.mark.parametrize("after", [0, 1, 38, 5000])
def test_a_machine_that_does_not_drain_a_held_line_loses_its_last_bytes(
    tmp_path: Path, after: int
) -> None:
    text = (bytes(range(256)) * 20)[:after + 2]
    defines: dict[str, str | int] = {"SIZE": after + 2, "POLL": 1, "DRAIN": 0}
    with boot(tmp_path, "serial", defines=defines, **QUICK) as machine:
        machine.hold_line(after)
        outcome = machine.run(budget=300_000)
    assert outcome.kind is Kind.EXIT
    assert outcome.console.encode("latin-1") == text[:after]


def test_typing_at_the_console(tmp_path: Path) -> None:
    with boot(tmp_path, "echo", **QUICK) as machine:
        machine.wait_for_console("ready\n")
        machine.send(b"HAL")
        assert machine.wait_for_console("I(..)").group(1) == "BM"
        machine.send(b"\0")
        machine.run_expect_exit(7)


def test_text_that_never_comes(tmp_path: Path) -> None:
    with boot(tmp_path, "echo", **QUICK) as machine:
        with pytest.raises(MachineEnded) as ended:
            machine.wait_for_console("godot", budget=1_000_000)
    assert ended.value.outcome.kind is Kind.TIMEOUT
    assert ended.value.outcome.console == "ready\n"


# -- looking into the machine -----------------------------------------------------------------


def test_registers_in_every_mode(tmp_path: Path) -> None:
    with boot(tmp_path, "functions") as machine:
        assert (machine.mode(), machine.reg("cs")) == (16, 0xF000)
        machine.run_to("_start")
        assert machine.mode() == 32
        assert machine.reg("rip") == machine.address("_start")
        assert (machine.reg("cr0") & 1, machine.reg("cr3"), machine.reg("efer")) == (1, 0, 0)
        machine.run_to("long_start")
        assert machine.mode() == 64
        assert machine.reg("cr0") >> 31 == 1
        assert machine.reg("cr3") == machine.address("pml4")
        assert machine.reg("cr4") == 0x20
        assert machine.reg("efer") == 0x500
        assert machine.reg("cs") == 8
        machine.step(2)
        assert machine.reg("r15") == 0x1122334455667788
        assert machine.tables()["idt"] == (0x12345000, 0)
        assert machine.tables()["gdt"] == (machine.address("gdt"), 15)


def test_memory(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        machine.run_to("long_start")
        assert machine.cstring("greeting") == "hello, grader"
        # With other page tables, the same address means something else; physical ones do not.
        pdpt = machine.address("pdpt")
        assert machine.u64("pml4") == machine.u64("pml4", physical=True) == pdpt + 0x23
        machine.write(pdpt + 8 * 3, (0x83).to_bytes(8, "little"))
        alias = (3 << 30) + machine.address("greeting")
        assert machine.cstring(alias) == "hello, grader"
        assert machine.read(alias, 5, physical=True) != b"hello"
        machine.write("greeting", b"J", physical=True)
        assert machine.cstring(alias) == "Jello, grader"
        assert (machine.u8("greeting"), machine.u16("greeting")) == (0x4A, 0x654A)
        with pytest.raises(CheckFailed, match="memory at 0x8000000000 cannot be read"):
            machine.u32(0x8000000000)
        big = bytes(range(256)) * 20
        machine.write(0x400000, big)
        assert machine.read(0x400000, len(big)) == big


def test_breakpoints_are_met_each_time(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        seen = []
        for _ in range(3):
            machine.run_to("after")
            seen.append(machine.u64("counter"))
        assert seen == [0, 1, 2]
        with pytest.raises(MachineEnded) as ended:
            machine.run_to("after")
    assert ended.value.outcome.status == 42
    assert "the machine reaches after" in str(ended.value)


def test_a_stop_while_the_budget_is_looked_at_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QEMU says once that it has stopped: who misses that would wait for it in vain."""
    with boot(tmp_path, "functions", **QUICK) as machine:
        def slow_look(*_arguments: object) -> str:
            machine._loop.wait(lambda: bool(machine._gdb.stops), 10)
            return "still running"

        monkeypatch.setattr(machine, "_why_stop", slow_look)
        wait = machine._loop.wait
        monkeypatch.setattr(machine._loop, "wait",
                            lambda done, seconds: seconds >= 1 and wait(done, seconds))
        machine.run_to("after")
        assert machine.u64("counter") == 0


def test_watchpoint(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        machine.run_to("long_start")
        machine.watch("counter")
        outcome = machine.run()
        assert outcome.kind is Kind.BREAKPOINT
        assert outcome.where is not None and outcome.where.symbol == "after"
        assert machine.u64("counter") == 1


def test_calls(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        with pytest.raises(CheckFailed) as failed:
            machine.call("add_two", 1, 2)
        assert "16-bit code" in str(failed.value.found)
        machine.run_to("add_two")
        before = machine.registers()
        assert machine.call("add_two", 40, 2) == 42, "called where the machine stands"
        assert machine.call("through_home", 4, 5) == 18, "comes through there on its way"
        assert machine.call("sum_bytes", b"\1\2\3", 3) == 6
        assert machine.call("sum_bytes", b"\xff" * 3000, 3000) == 255 * 3000
        assert machine.registers() == before
        machine.run_expect_exit(42)


@pytest.mark.parametrize("function, kind, why", [
    ("crashes", Kind.TRIPLE_FAULT, "invalid opcode (#UD), at crashes"),
    ("not_done", Kind.TODO, "exercise 1.4 is not done yet"),
    ("loops", Kind.TIMEOUT, "at loops"),
])
def test_calls_that_do_not_return(tmp_path: Path, function: str, kind: Kind, why: str) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        machine.run_to("after")
        with pytest.raises(CallFailed) as failed:
            machine.call(function, budget=1_000_000)
    assert failed.value.outcome.kind is kind
    assert why in str(failed.value) and f"{function}() returns" in str(failed.value)


def test_ports(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", **QUICK) as machine:
        assert machine.inb(0x3FD) == 0x60
        machine.outb(0x3FF, 0xA5)
        assert machine.inb(0x3FF) == 0xA5
        assert "serial" in machine.hmp("info mtree")


def test_several_cpus(tmp_path: Path) -> None:
    with boot(tmp_path, "functions", smp=2, **QUICK) as machine:
        machine.run_to("long_start")
        machine.select_cpu(1)
        assert machine.reg("efer") == 0
        machine.select_cpu(0)
        assert machine.reg("efer") == 0x500
        machine.run_expect_exit(42)


def test_runs_are_the_same_to_the_instruction(tmp_path: Path) -> None:
    counts = set()
    for _ in range(2):
        with boot(tmp_path, "functions") as machine:
            machine.run_to("after")
            counts.add(machine.icount())
    assert len(counts) == 1


def test_memory_is_dirty(tmp_path: Path) -> None:
    with boot(tmp_path, "functions") as machine:
        machine.run_to("long_start")
        for address in (0x400000, 0x3000000):
            assert len(set(machine.read(address, 256))) > 100
        assert machine.u64("counter") == 0, "but .bss is as the multiboot loader leaves it"
    with boot(tmp_path, "functions", dirty=False, **QUICK) as machine:
        machine.run_to("long_start")
        assert machine.read(0x400000, 256) == bytes(256)
