"""The verbs `gdb`, `qemu-gdb` and `rewind`: a lab's machine, or a test's, under GDB.

What was found robust with GDB 13 and QEMU 7.2 (common/gdb/start.gdb has what GDB itself needs):

- A socket that this process listens at and QEMU inherits: GDB can connect at once.
- Recording needs consoles that take output only, so they are files; QMP and the GDB stub are not
  part of a recording. The disk that holds the snapshot stays idle.
- When a replay runs into the end of a machine (triple fault, quit), QEMU 7.2 aborts at the next
  reverse step. So the replay stops at the last instruction (`replay_break`). An end through
  isa-debug-exit ends QEMU itself; `debug_exit` is the last place before it.

What a test does to its machine from outside (memory and registers that it writes, functions that
it calls) is in no recording, and a new machine does not do it. So the test is run again, up to
where it lets its machine run for the last time; the snapshot that it saves there (lab.py, STAND)
is what GDB or a recording begins with.
"""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pagurus import grade, handover, regions
from pagurus.channels import Channel, Loop
from pagurus.errors import UsageError
from pagurus.lab import KEEP, STAND, Lab, snapshot_drive
from pagurus.machine import REACH_BUDGET, SNAPSHOT, die_with_parent
from pagurus.qemu import MachineSpec, accelerator, base_command
from pagurus.qmp import Qmp
from pagurus.report import explain_test
from pagurus.results import TestResult
from pagurus.stages import Stage, find_root, find_stage
from pagurus.verdict import HarnessError

# Where a machine ends or goes wrong: GDB stops at those of them that the lab has. Where page faults
# bring memory, not every trap is a fault: those count that are reported.
ENDS = ("panic", "trap_dispatch", "fault_report", "exercise_todo", "loader_refuse",
        "early_refuse", "machine_exit", "debug_exit")

PREEMPT = "PREEMPT"  # of the environment: threads lose their processors at random

_RECORD_SECONDS = 120
_IDLE_LOOKS = 5  # at a machine that is halted, and executes nothing: nobody will wake it
_APP_BUDGET = 1_000_000_000


@dataclass
class Target:
    """A machine to debug: how it is started, and whose symbols there are."""

    spec: MachineSpec
    symbols: list[Path]
    test: TestResult | None = None
    prepare: list[str] = field(default_factory=list)  # GDB commands after connecting
    last: "Last | None" = None  # when the test let it run for the last time
    saved: Path | None = None  # the folder of a snapshot to begin with
    reach: int = REACH_BUDGET  # instructions of a recording whose end is not known


@dataclass
class Last:
    """What a test's process tells of that (handover.py, machine.py)."""

    machine: int  # which one of the test's, from 0
    number: int
    call: str | None
    changed: bool
    start: int
    end: int | None


# -- verbs ------------------------------------------------------------------------------------


def gdb_main(argv: Sequence[str]) -> int:
    """`gdb LAB [T]`: GDB at the first instruction of the loader, or where a test fails."""
    stage, wanted = _arguments("gdb", argv)
    folder = _folder(stage)
    if not wanted:
        target = _boot(stage)
        target.prepare = ["hbreak *_start", "continue"]
        return _debug(stage, target, folder)
    served = _Listener(folder)
    with served:
        target = _run_test(stage, wanted, folder, served)
        if target is None:
            return served.gdb_status
    _tell(target, stage, folder)
    target.prepare = _breakpoints(target)
    return _debug(stage, target, folder)


def qemu_gdb_main(argv: Sequence[str]) -> int:
    """`qemu-gdb LAB [T]`: the machine waits for a GDB that somebody else starts."""
    stage, wanted = _arguments("qemu-gdb", argv)
    folder = _folder(stage)
    target = _run_test(stage, wanted, folder, None) if wanted else _boot(stage)
    assert target is not None
    if wanted:
        _tell(target, stage, folder)
    path = folder / "gdb.sock"
    script = write_script(stage, target, folder, path)
    with listen(path) as listener:
        command = _command(target, listener, folder, console="stdio")
        print(f"The machine waits, stopped before its first instruction. In {stage.root}:\n"
              f"    gdb -x {script.relative_to(stage.root)}\n"
              f"or in a GDB of your own: target remote {path.relative_to(stage.root)}",
              flush=True)
        with _start(command, target.spec.cwd, [listener.fileno()]) as qemu:
            try:
                return 0 if qemu.wait() >= 0 else 1
            except KeyboardInterrupt:
                qemu.kill()
                return 0


def rewind_main(argv: Sequence[str]) -> int:
    """`rewind LAB [T]`: record an application's machine, or a test's, and replay it under GDB,
    which can go back."""
    stage, wanted = _arguments("rewind", argv)
    if accelerator() != "tcg":
        raise UsageError("rewind needs TCG: KVM cannot record")
    folder = _folder(stage)
    target = _run_test(stage, wanted, folder, None) if wanted else _boot(stage)
    assert target is not None
    if not wanted:
        target.reach = _APP_BUDGET
    elif target.last and target.last.end:  # a recording takes other counts, but not far off
        target.reach = max(REACH_BUDGET, 2 * target.last.end)
    _tell(target, stage, folder)
    if target.spec.smp > 1:
        raise UsageError(_one_processor(target))
    end = _record(target, folder)
    if end is None:
        target.saved = None
        target.prepare = _breakpoints(target)
    else:
        target.prepare = [f"monitor replay_break {end}", "continue"]
    target.prepare += [f"set $replay_end = {end or 0}",
                       f"source {stage.root / 'common/gdb/replay.gdb'}"]
    print("The machine is replayed, up to its end. Go back with reverse-stepi, reverse-continue, "
          "or a watchpoint.", flush=True)
    return _debug(stage, target, folder, replay=True)


def _one_processor(target: Target) -> str:
    """What to do instead of recording a machine of several processors."""
    spec, instead = target.spec, "CPUS=1 is the same program on one"
    if target.test:
        app = spec.modules[0].partition(".")[0] if spec.modules else "hello"
        args = f" ARGS={shlex.quote(spec.args)}" if spec.args else ""
        instead = f"the same program on one: make rewind APP={app}{args}"
    return f"QEMU records machines of one processor only, and this one has {spec.smp}; {instead}"


def _arguments(verb: str, argv: Sequence[str]) -> tuple[Stage, list[str]]:
    if len(argv) > 2:
        raise UsageError(f"'{argv[2]}' is one argument too many; usage: {verb} LAB [T]")
    stage = find_stage(find_root(), argv[0] if argv else "")
    wanted = [argv[1]] if len(argv) > 1 and argv[1] else []
    grade.check_exercises(
        wanted, [one.id for one in regions.exercises(regions.own_regions(stage))])
    if shutil.which("gdb") is None and verb != "qemu-gdb":
        raise UsageError("no gdb here; `make setup` installs it")
    return stage, wanted


def _folder(stage: Stage) -> Path:
    """The place of this session's files; what the one before left is removed."""
    folder = stage.root / "build" / "debug" / stage.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# -- what to debug ----------------------------------------------------------------------------


def _boot(stage: Stage) -> Target:
    """The machine of `make run`, by the same variables."""
    lab = Lab(stage)
    app = os.environ.get("APP") or "hello"
    arguments = os.environ.get("ARGS") or None
    variant = (".debug" if os.environ.get("HEAP") == "debug" else
               ".locks" if os.environ.get("LOCKS") == "debug" else "")
    if os.environ.get(PREEMPT) == "random":
        variant = ".preempt"
        arguments = f"preempt={os.environ.get('SEED') or '1'} {arguments or ''}"
    image = lab.build / f"{app}{variant}.elf"
    cpus = os.environ.get("CPUS") or "1"
    if not re.fullmatch(r"[1-9]\d{0,2}", cpus) or int(cpus) > 255:
        raise UsageError(f"CPUS={cpus}: a number from 1 to 255")
    for path in (lab.loader, image):
        if not path.is_file():
            raise UsageError(f"{path.relative_to(stage.root)} does not exist; "
                             f"`make build LAB={stage.lab}` makes it, if there is such a program")
    spec = MachineSpec(
        lab.loader, lab.build, [image.name], arguments,
        memory=os.environ.get("MEMORY") or None, machine=os.environ.get("MACHINE") or None,
        smp=int(cpus))
    return Target(spec, [lab.loader, image])


class _Listener:
    """Waits for a test's machine that stands at a failed check, and runs GDB on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "offer"
        self.socket = listen(self.path)
        self.gdb_status = 0

    def __enter__(self) -> "_Listener":
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def serve(self, stage: Stage, seconds: float) -> bool:
        """Wait for an offer; True after GDB ran on a machine that was offered."""
        self.socket.settimeout(seconds)
        try:
            line, _ = self.socket.accept()
        except TimeoutError:
            return False
        with line:
            line.settimeout(10)
            text = line.makefile("rb").readline()
            if not text:
                return False
            offer = json.loads(text)
            self.socket.close()
            test = TestResult(**offer["result"])
            print("\n".join(explain_test(test, stage.name)))
            print("The machine stands where the check failed.", flush=True)
            symbols = [Path(name) for name in offer["symbols"]]
            target = Target(MachineSpec(symbols[0], symbols[0].parent), symbols)
            script = write_script(stage, target, self.folder, stage.root / offer["stub"])
            self.gdb_status = _gdb(stage, script)
        return True


def _run_test(stage: Stage, wanted: Sequence[str], folder: Path,
              served: _Listener | None) -> Target | None:
    """Run the test; its machine to start anew, or None if GDB was there when it failed."""
    os.environ[KEEP] = str(folder)
    if served is not None:
        os.environ[handover.SOCKET] = str(served.path.relative_to(stage.root))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(grade.run_pytest, stage, wanted, 0)
        while served is not None and not running.done():
            if served.serve(stage, 0.1):
                running.exception()
                return None
        try:
            tests, trouble = running.result()
        except HarnessError as error:
            raise UsageError(f"the test cannot be run: {error}") from error
    if not tests:
        raise UsageError(f"no result of {' '.join(wanted)}: {' '.join(trouble)}")
    tests.sort(key=lambda test: test.name)
    chosen = next((test for test in tests if not test.passed), tests[-1])
    return _kept_machine(folder, chosen)


def _kept_machine(folder: Path, test: TestResult) -> Target:
    """The last machine that a test has started."""
    kept = folder / "machines.jsonl"
    records = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    own = [record for record in records if record["test"] == test.name]
    if not own:
        raise UsageError(f"{test.name} starts no machine: {test.what or test.verdict}")
    last = _last(folder, test, len(own))
    record = own[last.machine if last else -1]
    names = {one.name for one in fields(MachineSpec)}
    spec = MachineSpec(**{key: value for key, value in record.items() if key in names})
    spec.kernel, spec.cwd = Path(spec.kernel), Path(spec.cwd)
    return Target(spec, [Path(name) for name in record["symbols"]], test, last=last)


def _last(folder: Path, test: TestResult, machines: int) -> Last | None:
    """When the machine that counts was let run for the last time, if the test's process told."""
    ends = folder / "ends.jsonl"
    for line in ends.read_text().splitlines() if ends.exists() else []:
        record = json.loads(line)
        if record.pop("test") == test.name and record["machine"] < machines:
            return Last(**record)
    return None


def _tell(target: Target, stage: Stage, folder: Path) -> None:
    """Say what the test found, and what is debugged; a changed machine is taken where it was."""
    test, last = target.test, target.last
    if test is None:
        return
    if test.passed:
        print(f"{test.name} passes; here is its machine from the start.", flush=True)
        return
    print("\n".join(explain_test(test, stage.name)), flush=True)
    if last is None or not last.changed:
        print("The machine has ended; here it is again from the start.", flush=True)
        return
    target.saved = _save_again(stage, test, last, folder)
    if target.saved is None:
        print("What the test did to it is not reached again; here is the machine from the start, "
              "without that.", flush=True)
    elif last.call:
        print(f"The test's last call was {last.call}. Here the machine stands before the first "
              "instruction of it.", flush=True)
    else:
        print("The test had changed the machine, and let it go on. Here it stands where it went on "
              "for the last time.", flush=True)


def _save_again(stage: Stage, test: TestResult, last: Last, folder: Path) -> Path | None:
    """Run a test again up to where its machine ran last; the folder with the snapshot."""
    os.environ.pop(handover.SOCKET, None)
    os.environ[STAND] = f"{last.machine}:{last.number}"
    try:
        again, _ = grade.run_pytest(stage, [test.name], 0)
    finally:
        del os.environ[STAND]
    return folder if again and again[0].what == handover.STANDS else None


def _breakpoints(target: Target) -> list[str]:
    """GDB commands that run to where the machine ends or goes wrong; a call is not run."""
    known = set()
    for path in target.symbols:
        done = subprocess.run(["nm", "--defined-only", "-j", str(path)], capture_output=True,
                              text=True, check=False)
        known |= set(done.stdout.split())
    known -= {"trap_dispatch" if "page_fault_init" in known else "fault_report"}
    found = [f"hbreak {name}" for name in ENDS if name in known]
    if target.saved:
        return found
    return [*found, "continue"] if found else []


# -- QEMU and GDB -----------------------------------------------------------------------------


def listen(path: Path) -> socket.socket:
    """A listening Unix socket; its name is given relatively, since such names must be short."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(os.path.relpath(path))
    except OSError as error:
        listener.close()
        raise UsageError(f"cannot listen at {path}: {error.strerror or error}") from error
    listener.listen(4)
    return listener


def _command(target: Target, listener: socket.socket | None, folder: Path,
             console: str = "file", icount: str = "") -> list[str]:
    """QEMU with its consoles in files, or the serial one at the terminal, and a stub for GDB."""
    command = base_command(target.spec, icount)
    if icount or target.saved:
        command += snapshot_drive(folder)
    if target.saved and "rr=replay" not in icount:
        command += ["-loadvm", SNAPSHOT]
    command += ["-serial", "stdio" if console == "stdio" else f"file:{folder / 'console.txt'}"]
    command += ["-chardev", f"file,id=dbg,path={folder / 'debug.txt'}",
                "-device", "isa-debugcon,iobase=0xe9,chardev=dbg",
                "-action", "reboot=shutdown,shutdown=pause", "-S"]
    if listener is not None:
        command += ["-chardev", f"socket,id=gdb,fd={listener.fileno()},server=on,wait=off",
                    "-gdb", "chardev:gdb"]
    return command


def _start(command: list[str], cwd: Path, pass_fds: list[int]) -> subprocess.Popen[bytes]:
    """QEMU in a session of its own (Ctrl-C in GDB is not for it), which ends when we do."""
    return subprocess.Popen(command, cwd=cwd, pass_fds=pass_fds, start_new_session=True,
                            preexec_fn=die_with_parent)


def _recording(folder: Path, mode: str) -> str:
    """The icount options of a recording or its replay."""
    return f",rr={mode},rrfile={folder / 'log.rr'},rrsnapshot=init"


def _record(target: Target, folder: Path) -> int | None:
    """Record the machine to its end, or to where the test stopped it; the last instruction's
    number if it can be told."""
    if target.saved is None:
        snapshot_drive(folder, new=True)
    budget, known = target.reach, False  # a reverse step replays all of it
    # A recording from power-on takes other counts: vapic is off, and the firmware sees that.
    if target.saved and target.last and target.last.end:
        budget, known = target.last.end - target.last.start, True
    channel = Channel("qmp", lambda data: qmp.feed(data))
    qmp = Qmp(channel.send)
    loop = Loop([channel])
    command = _command(target, None, folder, icount=_recording(folder, "record")) + [
        "-chardev", f"socket,id=qmp,fd={channel.far[0]}", "-mon", "chardev=qmp,mode=control"]
    with _start(command, target.spec.cwd, list(channel.far)) as qemu:
        try:
            channel.close_far()
            loop.watch_process(qemu.pid)

            def ask(name: str, **arguments: str) -> Any:
                number = qmp.execute(name, **arguments)
                return qmp.reply(number) if loop.wait(lambda: qmp.has_reply(number), 30) else None

            def halted() -> bool:
                said = ask("human-monitor-command", **{"command-line": "info registers"})
                return "HLT=1" in str(said)

            if ask("qmp_capabilities") is None:
                raise UsageError("QEMU does not start for a recording; see its message above")
            start = (ask("query-replay") or {"icount": 0})["icount"]
            ask("cont")
            end, idle = None, 0
            for _ in range(_RECORD_SECONDS * 10):
                over = loop.wait(lambda: qmp.seen("SHUTDOWN") is not None, 0.1)
                answer = None if loop.process_ended else ask("query-replay")
                if answer is None:  # it has ended by itself
                    return start + budget if known else None
                idle = idle + 1 if answer["icount"] == end and halted() else 0
                end = answer["icount"]
                if over or end - start > budget or idle >= _IDLE_LOOKS:
                    break
            ask("stop")
            answer = ask("query-replay")
            ask("quit")
            loop.wait(lambda: loop.process_ended, 30)
            # The last instruction is not executed again: what comes after it ends the replay.
            end = (answer or {}).get("icount", end)
            return min(end, start + budget) if known else end
        finally:
            qemu.kill()
            loop.close()


def _debug(stage: Stage, target: Target, folder: Path, replay: bool = False) -> int:
    """Start the machine and GDB on it; GDB's exit status."""
    icount = _recording(folder, "replay") if replay else ""
    path = folder / "gdb.sock"
    script = write_script(stage, target, folder, path)
    print(f"The console is written to {(folder / 'console.txt').relative_to(stage.root)}.",
          flush=True)
    with listen(path) as listener:
        command = _command(target, listener, folder, icount=icount)
        with _start(command, target.spec.cwd, [listener.fileno()]) as qemu:
            try:
                return _gdb(stage, script)
            finally:
                qemu.kill()


def write_script(stage: Stage, target: Target, folder: Path, path: Path) -> Path:
    """The GDB commands that connect, with the symbols of loader and image."""
    first, *others = target.symbols
    setup = stage.root / "common" / "gdb"
    lines = [f"source {setup / 'start.gdb'}", f"file {_quote(first)}"]
    lines += [f"add-symbol-file {_quote(path)}" for path in others]
    lines.append(f"source {setup / 'pagurus.py'}")
    lines += [f"target remote {os.path.relpath(path, stage.root)}", *target.prepare]
    script = folder / "commands.gdb"
    script.write_text("\n".join(lines) + "\n")
    return script


def _quote(path: Path) -> str:
    """A file name as GDB's `file` and `add-symbol-file` read it."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _gdb(stage: Stage, script: Path) -> int:
    """Run GDB with what the environment's GDB_ARGS adds; Ctrl-C is GDB's alone meanwhile."""
    command = ["gdb", "-q", "-x", str(script), *shlex.split(os.environ.get("GDB_ARGS", ""))]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.run(
            command, cwd=stage.root, check=False,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)).returncode
    except OSError as error:
        print(f"pagurus: cannot start gdb: {error.strerror}", file=sys.stderr)
        return grade.HARNESS
    finally:
        signal.signal(signal.SIGINT, before)
