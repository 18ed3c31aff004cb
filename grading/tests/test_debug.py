"""The verbs gdb, qemu-gdb and rewind, driven by GDB in batch mode on the toy lab."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pagurus.elfsym import read_symbols
from pagurus.qcow2 import empty_qcow2
from toy_lab import GUESTS, ToyLab

MORE_TESTS = '''
from pagurus.checks import check, exercise

@exercise("1.1")
def test_looks(machine):
    m = machine(app=None)
    m.run_to("half_way", budget=15_000_000)
    check("esi", 1, m.reg("rsi"))

@exercise("1.1")
def test_ends_otherwise(machine):
    machine(app=None, args="kept arguments").run_expect_exit(3)

@exercise("1.2")
def test_no_machine():
    check("truth", 1, 2)
'''


@pytest.fixture
def toy(tmp_path: Path) -> ToyLab:
    toy = ToyLab(tmp_path / "a tree")
    toy.write("grading/01-toy/test_more.py", MORE_TESTS)
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    # `make gdb` without T debugs what `make run` runs: loader and an image.
    build = toy.root / "build/01-toy"
    shutil.copy(build / "loader.elf", build / "hello.elf")
    return toy


def debug(toy: ToyLab, *arguments: str, commands: str = "") -> str:
    """A verb's output, with GDB in batch mode executing `commands` after the verb's own."""
    path = toy.root.parent / "batch.gdb"
    path.write_text(commands)
    done = toy.run(*arguments, GDB_ARGS=f"-batch -x {path}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# The machine ends, and QEMU with it; GDB takes that for an error.
TO_THE_END = """python
try:
    gdb.execute("continue")
except gdb.error as error:
    print(error)
end
"""
WHERE = 'printf "at %#lx\\n", $rip\n'


def places(toy: ToyLab, output: str) -> list[str]:
    """The places that WHERE has shown, as SYMBOL or SYMBOL+OFFSET."""
    symbols = read_symbols(toy.root / "build/01-toy/loader.elf")
    found = []
    for address in re.findall(r"^at (0x[0-9a-f]+)$", output, re.MULTILINE):
        symbol, offset = symbols.find(int(address, 16)) or (None, 0)
        found.append((symbol.name if symbol else address) + (f"+{offset}" if offset else ""))
    return found


def test_gdb_begins_at_the_first_instruction(toy: ToyLab) -> None:
    output = debug(toy, "gdb", "01", commands=f"{WHERE}stepi\n{WHERE}")
    assert places(toy, output) == ["_start", "_start+5"]


def test_gdb_at_the_failed_check(toy: ToyLab) -> None:
    output = debug(toy, "gdb", "01", "1.1/looks", commands=WHERE)
    assert "FAIL          1.1/looks" in output
    assert "The machine stands where the check failed." in output
    assert places(toy, output) == ["half_way"]


def test_gdb_of_a_machine_that_has_ended(toy: ToyLab) -> None:
    output = debug(toy, "gdb", "01", "1.1/ends_otherwise", commands=TO_THE_END)
    assert "The machine has ended; here it is again from the start." in output
    assert "expected  3" in output and "found     42" in output
    assert "pagurus: exit 42" in (toy.root / "build/debug/01-toy/debug.txt").read_text()


def test_gdb_of_a_test_that_passes(toy: ToyLab) -> None:
    assert "1.2/ends passes" in debug(toy, "gdb", "01", "1.2/ends")


def test_qemu_gdb_waits_for_a_gdb(toy: ToyLab) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "pagurus", "qemu-gdb", "01"], cwd=toy.root, text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(toy.root / "grading")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        assert waiting.stdout is not None
        lines = [waiting.stdout.readline() for _ in range(3)]
        assert "gdb -x build/debug/01-toy/commands.gdb" in lines[1]
        done = subprocess.run(
            ["gdb", "-q", "-batch", "-x", "build/debug/01-toy/commands.gdb", "-ex",
             "hbreak half_way", "-ex", "continue", "-ex", WHERE.strip(), "-ex", "kill"],
            cwd=toy.root, capture_output=True, text=True, timeout=30, check=False)
        assert places(toy, done.stdout) == ["half_way"]
        assert waiting.wait(10) == 0
    finally:
        waiting.kill()
        waiting.wait()


def test_rewind_goes_back(toy: ToyLab) -> None:
    toy.solve(e1_2="mov edi, 7\ncli\nlidt [0]\nud2")  # a triple fault
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    output = debug(toy, "rewind", "01", "1.2/ends", commands=(
        "x/i $rip\n"
        "reverse-stepi\nreverse-stepi\nreverse-stepi\n"
        f"{WHERE}"
        f"hbreak *_start\nreverse-continue\n{WHERE}"
        f"hbreak *half_way\ncontinue\n{WHERE}"))
    assert "TRIPLE-FAULT  1.2/ends" in output
    assert "ud2" in output
    # The instruction that raised was counted: the first step back stays there.
    assert places(toy, output) == ["half_way+5", "_start", "half_way"]


def test_a_recording_says_where_it_ends(calls: ToyLab) -> None:
    path = calls.root.parent / "batch.gdb"
    for command in ("continue", "stepi", "next"):
        path.write_text(f"{WHERE}{command}\n")
        done = calls.run("rewind", "01", "1.2/crashes", GDB_ARGS=f"-batch -x {path}")
        assert places(calls, done.stdout) == ["crashes"]
        assert "This is the recording's end: from here there are only ways back" in done.stderr


@pytest.mark.parametrize("verb", ["gdb", "rewind"])
def test_a_busy_host_delays_nothing_but_the_answers(toy: ToyLab, verb: str) -> None:
    """QEMU answers GDB's first packets only after longer than GDB's own 2 s."""
    qemu = toy.root.parent / "slow-qemu"
    qemu.write_text('#!/bin/sh\ncase "$*" in *chardev:gdb*) sleep 3; esac\n'
                    'exec qemu-system-x86_64 "$@"\n')
    qemu.chmod(0o755)
    path = toy.root.parent / "batch.gdb"
    path.write_text(f"{WHERE}stepi\n{WHERE}")
    done = toy.run(verb, "01", "1.2/ends", GDB_ARGS=f"-batch -x {path}", QEMU=str(qemu))
    assert done.returncode == 0
    assert len(places(toy, done.stdout)) == 2, done.stdout + done.stderr
    for trouble in ("unexpected", "Ignoring packet error", "Error in sourced"):
        assert trouble not in done.stdout + done.stderr


def test_rewind_a_machine_that_hangs(toy: ToyLab) -> None:
    toy.solve(e1_2="mov edi, 7\njmp $")
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    output = debug(toy, "rewind", "01", "1.2/ends", commands=(
        f"{WHERE}hbreak *half_way\nreverse-continue\n{WHERE}"))
    assert places(toy, output) == ["half_way+5", "half_way"]


def test_rewind_an_application(toy: ToyLab) -> None:
    """Without a test, the machine of `make run`; one that nobody wakes is recorded until then."""
    toy.solve(e1_2="cli\nhlt")
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    shutil.copy(toy.root / "build/01-toy/loader.elf", toy.root / "build/01-toy/hello.elf")
    began = time.monotonic()
    output = debug(toy, "rewind", "01", commands=(
        f"{WHERE}reverse-stepi\n{WHERE}hbreak *_start\nreverse-continue\n{WHERE}"))
    assert places(toy, output) == ["half_way+2", "half_way+1", "_start"]
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("arguments, instead", [
    ((), "CPUS=1 is the same program on one"),
    (("1.1/three_processors",), "the same program on one: make rewind APP=hello ARGS='a b'")])
def test_rewind_wants_one_processor(toy: ToyLab, arguments: tuple[str, ...], instead: str) -> None:
    toy.write("grading/01-toy/test_more.py", MORE_TESTS + """
@exercise("1.1")
def test_three_processors(machine):
    machine(args="a b", smp=3).run_expect_exit(42)
""")
    done = toy.run("rewind", "01", *arguments, CPUS="3", ARGS="a b")
    assert done.returncode == 2
    assert done.stderr == (
        f"pagurus: QEMU records machines of one processor only, and this one has 3; {instead}\n")


@pytest.mark.parametrize("arguments, message", [
    (("gdb", "01", "1.2/nobody"), "no test '1.2/nobody'"),
    (("gdb", "01", "9.9"), "no exercise '9.9'"),
    (("gdb", "01", "1.1", "1.2"), "'1.2' is one argument too many"),
    (("gdb", "01", "1.2/no_machine"), "1.2/no_machine starts no machine"),
])
def test_wrong_calls(toy: ToyLab, arguments: tuple[str, ...], message: str) -> None:
    done = toy.run(*arguments)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr and done.stderr.count("\n") == 1


def test_no_such_program(toy: ToyLab) -> None:
    done = toy.run("gdb", "01", APP="nobody")
    assert done.returncode == 2
    assert "build/01-toy/nobody.elf does not exist" in done.stderr


CALLS = '''
from pagurus.checks import check, exercise

@exercise("1.1")
def test_calls(machine):
    m = machine(app=None)
    m.run_to("after", budget=15_000_000)
    m.write("counter", b"\\7")
    check("the sum", 5, m.call("add_two", 2, 3))
    m.call("not_done", 0x1234)

@exercise("1.2")
def test_crashes(machine):
    machine(app=None).run_to("after", budget=15_000_000)  # another machine than the one that fails
    m = machine(app=None)
    m.run_to("after", budget=15_000_000)
    m.write("counter", b"\\7")
    m.call("crashes")

@exercise("1.2")
def test_wrong_sum(machine):
    m = machine(app=None)
    m.run_to("after", budget=15_000_000)
    check("the sum", 8, m.call("through_home", 1, 2))

@exercise("1.2")
def test_changes(machine):
    m = machine(app=None)
    m.run_to("after", budget=15_000_000)
    m.write("counter", b"\\7")
    m.run_expect_exit(43)
'''


@pytest.fixture
def calls(toy: ToyLab) -> ToyLab:
    """A lab whose tests call functions, and write to memory."""
    text = (GUESTS / "functions.asm").read_text().replace("todo 1.4", "todo 1.1")
    text += "".join(f"; EXERCISE {one} (10 points): x.\nnop\n; END EXERCISE {one}\n"
                    for one in ("1.1", "1.2"))
    toy.write("labs/01-toy/loader.asm", text)
    toy.write("grading/01-toy/test_toy.py", CALLS)
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    return toy


def test_gdb_stands_before_a_call_that_did_not_return(calls: ToyLab) -> None:
    output = debug(calls, "gdb", "01", "1.1/calls", commands=(
        f"{WHERE}p/x $rdi\np (char)counter\nhbreak debug_exit\nstepi\n{WHERE}"))
    assert "NOT-DONE      1.1/calls" in output
    assert "The test's last call was not_done(0x1234). Here the machine stands before" in output
    assert places(calls, output)[0] == "not_done"
    assert "$1 = 0x1234" in output and "$2 = 7" in output


def test_gdb_goes_on_from_a_call_to_its_triple_fault(calls: ToyLab) -> None:
    output = debug(calls, "gdb", "01", "1.2/crashes", commands=f"{WHERE}continue\n{WHERE}")
    assert "TRIPLE-FAULT  1.2/crashes" in output
    assert places(calls, output) == ["crashes", "crashes"]
    assert "SIGQUIT" in output


def test_gdb_stands_where_a_changed_machine_went_on(calls: ToyLab) -> None:
    output = debug(calls, "gdb", "01", "1.2/changes", commands=f"{WHERE}p (char)counter\n")
    assert "Here it stands where it went on for the last time." in output
    assert places(calls, output) == ["after"]
    assert "$1 = 7" in output


@pytest.mark.parametrize("test, end", [
    ("1.2/crashes", "crashes"),
    # The instruction that the call returned with was counted: a step back stays at its end.
    ("1.2/wrong_sum", "after+1"),
])
def test_rewind_goes_back_to_the_call(calls: ToyLab, test: str, end: str) -> None:
    output = debug(calls, "rewind", "01", test, commands=(
        f"{WHERE}hbreak add_two\nreverse-continue\n{WHERE}"
        f"delete\nreverse-continue\n{WHERE}"))
    first, between, start = places(calls, output)
    assert first == end
    assert start == ("crashes" if test == "1.2/crashes" else "through_home")
    assert between == ("crashes" if test == "1.2/crashes" else "add_two")


def test_a_call_ends_the_backtrace(calls: ToyLab) -> None:
    output = debug(calls, "gdb", "01", "1.1/calls", commands=(
        "p/x $rbp\nx/3gx $rsp\n"))
    assert "$1 = 0x0" in output
    words = re.findall(r"0x[0-9a-f]{16}", output)
    after = next(one for one in read_symbols(
        calls.root / "build/01-toy/loader.elf").by_name.values() if one.name == "after")
    assert [int(word, 16) for word in words[-3:]] == [after.address + 1, 0, 0]


def test_ends_that_are_known_get_breakpoints(toy: ToyLab) -> None:
    toy.solve(e1_2='call panic\nglobal panic\npanic: REPORT "pagurus: panic x"\nDEBUG_EXIT 0x7f')
    subprocess.run(["make", "-s", "build"], cwd=toy.root, check=True)
    output = debug(toy, "gdb", "01", "1.2/ends", commands=WHERE)
    assert "PANIC         1.2/ends" in output
    assert places(toy, output) == ["panic"]


def test_empty_disk_image() -> None:
    image = empty_qcow2(1 << 30)
    assert image[:8] == b"QFI\xfb\0\0\0\3"
    assert len(image) == 4 << 16
