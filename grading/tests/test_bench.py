"""The bench's own arithmetic: medians, ratios, targets, bisection, archives, counts, its clock."""

import json
import os
import re
import select
import subprocess
import sys

import pytest
from bench import boot, footprint, guests, large, linux_guest, memory, report, rounds, stages, threads
from bench.__main__ import read_options
from bench.errors import BenchError
from bench.measure import Findings, Subject, Target
from bench.rounds import Series
from bench.timing import Run, time_run
from pagurus.errors import UsageError
from pagurus.stages import find_root, find_stages


def series(machine, guest, *milliseconds):
    return Series(machine, guest, [Run(ms / 1000, (ms + 1) / 1000) for ms in milliseconds])


MEASURED = [series("microvm", "floor", 30, 10, 20), series("microvm", "hello", 25, 90, 24),
            series("microvm", "linux", 1000), series("q35", "floor", 50)]


def shell(tmp_path, script, status=0, limit=10.0):
    return time_run(["/bin/sh", "-c", script], tmp_path, re.compile(rb"^Hello", re.MULTILINE),
                    status, limit)


# -- numbers ----------------------------------------------------------------------------------


def test_a_series_is_its_median_in_milliseconds():
    assert MEASURED[0].spoke == pytest.approx(20)
    assert MEASURED[0].ended == pytest.approx(21)


def test_ratios_stay_on_one_machine():
    assert boot.ratio(MEASURED, "microvm", "hello", "floor") == pytest.approx(1.25)
    assert boot.ratio(MEASURED, "microvm", "linux", "hello") == pytest.approx(40)
    assert boot.ratio(MEASURED, "q35", "hello", "floor") is None


def test_targets_know_both_directions_and_what_is_missing():
    assert [target.verdict for target in boot.targets(MEASURED)] == ["ok", "ok"]
    slow = [series("microvm", "floor", 10), series("microvm", "hello", 14)]
    found = boot.targets(slow)
    assert [target.verdict for target in found] == ["falls short", "not measured"]
    assert not found[1].met
    assert [Target("size", size, 4096).verdict for size in (4096, 4097)] == ["ok", "falls short"]
    assert Target("against nobody", 1.0, None).verdict == "not measured"


def test_a_stage_keeps_the_speed_of_an_earlier_one():
    found = [series("microvm", "hello", 33), series("microvm", "hello-01", 30),
             series("q35", "hello", 90), series("q35", "hello-01", 30)]
    target = boot.targets(found, before="01-boot")[-1]
    assert target.what == "hello / hello of lab 01, microvm"
    assert target.found == pytest.approx(1.1)


def test_the_tables_show_each_guest_and_target():
    table = boot.time_table(MEASURED)
    assert len(table) == 5
    assert table[2].split() == ["microvm", "hello", "25.0", "ms", "26.0", "ms", "1.25", "1.00"]
    MEASURED[2].repeated = 2
    assert "(2 failed boots repeated)" in boot.time_table(MEASURED)[3]
    lines = report.target_table([*boot.targets(MEASURED),
                                 Target("least memory, q35", 1504, 4096, unit="KiB")])
    assert lines[1].split()[-5:] == ["microvm", "1.25", "<=", "1.30", "ok"]
    assert lines[-1].split() == ["least", "memory,", "q35", "1,504", "<=", "4,096", "KiB", "ok"]
    assert len({line.index("=") for line in lines[1:]}) == 1


def test_the_file_keeps_every_boot_and_count():
    findings = [Findings(targets=boot.targets(MEASURED),
                         data={"times": [boot.as_json(one) for one in MEASURED]}),
                Findings(targets=[Target("size", 5, 4)], data={"heap": {"ours": 78.2}})]
    kept = json.loads(json.dumps(report.as_json(findings, {"stage": "01-boot"})))
    assert kept["stage"] == "01-boot"
    assert kept["times"][0]["runs_ms"] == [[30, 31], [10, 11], [20, 21]]
    assert kept["heap"] == {"ours": 78.2}
    assert [target["verdict"] for target in kept["targets"]] == ["ok", "ok", "falls short"]


def fake_threads(monkeypatch, total):
    """threads._results answers with the total of each kernel, for one operation."""
    def results(subject, arguments, cpus):
        names = {cost.result for cost in threads.COSTS} | {"heap"}
        return {name: [dict.fromkeys(names, [total(name, arguments)]) | {"operations": [1]}] * 3
                for name in (["ours", "linux"] if subject.linux else ["ours"])}

    monkeypatch.setattr(threads, "_results", results)


def test_sleeping_costs_what_was_not_asked_for():
    found = {"operations": [10], "asked": [1000], "sleep": [1500], "yield": [700]}
    assert threads.per_operation(found, "sleep") == 50.0
    del found["asked"]
    assert threads.per_operation(found, "yield") == 70.0


def test_threads_cost_half_of_what_they_do_on_linux_and_a_free_mutex_no_more(tmp_path, monkeypatch):
    fake_threads(monkeypatch, lambda name, arguments: 60 if name == "ours" else
                 100 if arguments == "create" else 130 if arguments == "yield" else 60)
    linux = linux_guest.Kernel("p", "1", "0")
    found = threads.costs(Subject(tmp_path, "03-smp", tmp_path, 11, linux)).targets
    verdicts = {target.what.split(",")[0]: target.verdict for target in found[:3]}
    assert verdicts == {"create and join": "falls short", "switch by sched_yield": "ok",
                        "mutex": "ok"}
    alone = threads.costs(Subject(tmp_path, "03-smp", tmp_path, 11, None)).targets
    assert {target.verdict for target in alone} == {"not measured"}


def test_threads_that_were_not_apart_are_not_measured(tmp_path, monkeypatch):
    fake_threads(monkeypatch, lambda name, arguments: 1)
    real = threads._results

    def on_one_cpu(subject, arguments, cpus):
        found = real(subject, arguments, cpus)
        return {name: [run | {"cpus": [1]} for run in runs] for name, runs in found.items()}

    alone = Subject(tmp_path, "03-smp", tmp_path, 11, None)
    monkeypatch.setattr(threads, "COSTS", [c for c in threads.COSTS if c.result == "pingpong"])
    assert len(threads.costs(alone).lines) == 3
    monkeypatch.setattr(threads, "_results", on_one_cpu)
    with pytest.raises(BenchError, match="2 CPUs: ours did it on 1"):
        threads.costs(alone)


@pytest.mark.parametrize("four, verdict", [(102, "ok"), (103, "falls short")])
def test_a_thread_allocates_no_slower_beside_others(tmp_path, monkeypatch, four, verdict):
    # Ticks: all of two threads, on a host with two CPUs, end when one alone would, if all is well.
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 2)
    ticks = {"heap 1": 100, "heap 2": 50, "heap 4": 50}
    fake_threads(monkeypatch, lambda name, arguments: ticks[arguments] + (name == "linux"))
    monkeypatch.setattr(threads, "_ours", lambda subject, arguments: FakeGuest(arguments, []))
    monkeypatch.setattr(threads.guests, "counted", lambda guest, memory: guest)
    monkeypatch.setattr(threads, "replace", lambda guest, **_: guest)
    counts = {"heap 1": 100, "heap 2": 102, "heap 4": four}
    monkeypatch.setattr(threads, "_ended",
                        lambda guest: {"operations": [1], "heap": [counts[guest.name]]})
    linux = linux_guest.Kernel("p", "1", "0")
    found = threads.heap(Subject(tmp_path, "03-smp", tmp_path, 11, linux))
    assert [target.verdict for target in found.targets if "against one" in target.what] == [
        "ok", verdict]
    assert [(target.found, target.limit) for target in found.targets if "glibc" in target.what] == [
        (100, 101), (100, 102), (100, 102)]


# -- stages -----------------------------------------------------------------------------------


def test_each_stage_has_its_measures_and_its_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(footprint, "stripped_size", lambda elf, folder: 40 * 1024)
    subject = Subject(tmp_path, "NN", tmp_path, 11, None)
    for stage, verdict in (("01-boot", "falls short"), ("02-paging", "ok")):
        sizes, = (measure for measure in stages.measures(stage)
                  if getattr(measure, "func", None) is footprint.sizes)
        hello, loader = sizes(subject).targets
        assert (hello.what, hello.verdict) == ("hello.elf, stripped", verdict)
        assert (loader.limit, loader.verdict) == (24 * 1024, "falls short")
    assert memory.heap in stages.measures("02-paging")
    assert memory.heap not in stages.measures("01-boot")


def test_every_lab_has_measures_and_an_unknown_stage_is_refused():
    assert {stage.name for stage in find_stages(find_root())} == set(stages.MEASURES)
    assert stages.needs("01-boot") == () and stages.needs("02-paging") == ("01-boot",)
    with pytest.raises(UsageError, match="no measures for 09-moon; there are: 01-boot"):
        stages.measures("09-moon")


@pytest.mark.parametrize("least", [1032, 1376, 1504, 65536])
def test_bisection_finds_the_least(least):
    asked = []
    found = footprint.bisect(lambda kib: asked.append(kib) or kib >= least, 1024, 65536, 8)
    assert found == least
    assert len(asked) <= 14 and all(kib % 8 == 0 for kib in asked)


def test_bisection_refuses_what_never_runs():
    with pytest.raises(BenchError, match="65536 KiB"):
        footprint.bisect(lambda kib: False, 1024, 65536, 8)


# -- rounds -----------------------------------------------------------------------------------


class FakeGuest:
    """A guest that boots as the test says, and keeps the order of all boots."""

    def __init__(self, name, log, failures=0, spare_boots=0, boots=1):
        self.name, self.log, self.boots = name, log, boots
        self.failures, self.spare_boots = failures, spare_boots

    def time(self, machine):
        self.log.append(f"{machine}/{self.name}")
        if self.failures:
            self.failures -= 1
            raise BenchError("no end")
        return Run(0.001, 0.002)


def test_guests_take_turns_each_after_a_boot_of_the_floor():
    log = []
    found = rounds.measure([FakeGuest(name, log) for name in "abc"], ["m"], 2)
    assert log == ["m/a", "m/a", "m/a", "m/b", "m/a", "m/c"] * 3
    assert [len(one.runs) for one in found] == [2, 2, 2]


def test_a_quick_guest_boots_more_than_once_a_round():
    log = []
    found = rounds.measure([FakeGuest("a", log, boots=3), FakeGuest("b", log)], ["m"], 1)
    assert log == ["m/a", "m/a", "m/a", "m/b"] * 2 + ["m/a", "m/a"] * 2
    assert [len(one.runs) for one in found] == [3, 1]


def test_rounds_that_take_too_long_are_given_up(monkeypatch):
    monkeypatch.setattr(rounds, "_ROUND_SECONDS", -1.0)
    with pytest.raises(BenchError, match="out of time in round 0 of 11"):
        rounds.measure([FakeGuest("a", [])], ["m"], 11)


def test_a_failed_boot_is_repeated_only_within_limits():
    found = rounds.measure([FakeGuest("a", []), FakeGuest("b", [], 2, spare_boots=2)], ["m"], 1)
    assert [(one.repeated, len(one.runs)) for one in found] == [(0, 1), (2, 1)]
    with pytest.raises(BenchError):
        rounds.measure([FakeGuest("a", []), FakeGuest("b", [], 3, spare_boots=2)], ["m"], 1)


# -- the clock --------------------------------------------------------------------------------


def test_the_clock_stops_at_the_text_and_at_the_end(tmp_path):
    script = "echo loader: Hello; sleep 0.3; echo Hello; sleep 0.3; echo bye; exit 5"
    found = shell(tmp_path, script, 5)
    assert 0.3 <= found.spoke < found.ended - 0.2


@pytest.mark.parametrize(("script", "said"), [
    ("echo panic; exit 1", "never said its text: its console ends in 'panic'"),
    ("echo Hello; exit 1", "ended with 1, not 0: its console ends in 'Hello'"),
    ("exit 0", "its console is empty"),
])
def test_a_boot_that_went_wrong_is_no_measurement(tmp_path, script, said):
    with pytest.raises(BenchError, match=re.escape(said)):
        shell(tmp_path, script)


def test_a_boot_that_hangs_is_ended_with_its_whole_process_group(tmp_path):
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(BenchError, match="no end after 1 s"):
        shell(tmp_path, "sleep 60 > held & sleep 60", limit=1.0)
    # The pipe hangs up when the last process that holds it is gone; it was opened for sure.
    poll = select.poll()
    poll.register(held)
    events = poll.poll(10_000)
    os.close(held)
    assert events == [(held, select.POLLHUP)]


def test_a_missing_qemu_is_named(tmp_path):
    with pytest.raises(BenchError, match="cannot start /nowhere/qemu: No such file"):
        time_run(["/nowhere/qemu"], tmp_path, re.compile(b"x"), 0, 1.0)


# -- Linux ------------------------------------------------------------------------------------


def test_the_kernels_package_is_found_behind_the_meta_package():
    listing = ("linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-9-cloud-amd64\n"
               "  Breaks: linux-image-6.1.0-1-cloud-amd64\n")
    assert linux_guest.dependency(listing) == "linux-image-6.1.0-9-cloud-amd64"
    with pytest.raises(BenchError, match="apt knows no kernel"):
        linux_guest.dependency("linux-image-cloud-amd64\n")


def test_linux_is_told_the_frequency_where_the_host_shows_it():
    assert linux_guest.timed_arguments("flags\t\t: fpu\nbogomips\t: 5199.98\n").endswith(
        " tsc_early_khz=2599990")
    assert "tsc" not in linux_guest.timed_arguments("BogoMIPS\t: 50.00\n")


def test_a_kernel_that_is_there_is_not_fetched_again(tmp_path):
    (tmp_path / "vmlinuz").write_bytes(b"kernel")
    (tmp_path / "kernel.json").write_text('{"package": "p", "version": "1", "sha256": "0"}')
    assert linux_guest.fetch_kernel(tmp_path) == linux_guest.Kernel("p", "1", "0")


def test_the_archive_is_what_the_kernel_reads():
    archive = linux_guest.newc({"init": b"12345"})
    assert len(archive) % 4 == 0
    files, at = [], 0
    while at < len(archive):  # initramfs buffer format: header, name, data, each padded to 4
        assert archive[at:at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name_at, size = at + 110, fields[6]
        data_at = (name_at + fields[11] + 3) & ~3
        files.append((archive[name_at:name_at + fields[11]], fields[1],
                      archive[data_at:data_at + size]))
        at = (data_at + size + 3) & ~3
    assert files == [(b"init\0", 0o100755, b"12345"), (b"TRAILER!!!\0", 0, b"")]


# -- guests and instructions ------------------------------------------------------------------


def guest_in(folder, **more):
    for name in ("loader.elf", "app.elf"):
        (folder / name).touch()
    return guests.our_guest(folder, "app", "^end ", **more)


def test_a_guest_is_one_command_line(tmp_path):
    guest = guest_in(tmp_path, arguments="heap 5")
    command = guest.command("microvm")
    assert command[-6:] == ["-kernel", "loader.elf", "-initrd", "app.elf", "-append", "heap 5"]
    assert "microvm,memory-backend=ram" in command and "-icount" not in command
    large_command = guest.with_memory("64G", "app 64G").command("q35")
    assert "memory-backend-ram,id=ram,size=64G,reserve=off,share=on" in large_command
    assert large_command[large_command.index("-m") + 1] == "64G"
    counted = guests.counted(guest, "1G").command("microvm")
    assert counted[counted.index("-icount") + 1] == "shift=0,sleep=off"


def test_an_application_that_is_not_built_is_named(tmp_path):
    with pytest.raises(BenchError, match="no loader.elf in .*; make build makes it"):
        guests.our_guest(tmp_path, "app", "^end ")


def test_the_program_of_the_linux_guest_gets_its_arguments():
    line = linux_guest.counted_arguments("heap 5", "transparent_hugepage=never")
    assert line.endswith(" transparent_hugepage=never -- heap 5")
    assert linux_guest.counted_arguments("pages").endswith(" -- pages")
    # What the kernel does not know and has no '=' would become an argument of the program.
    assert "nokaslr" not in line


@pytest.mark.parametrize("compiler", ["gcc", "musl-gcc"])
def test_the_program_becomes_a_static_one(tmp_path, compiler):
    home = tmp_path / "common/apps/from-02"
    home.mkdir(parents=True)
    (tmp_path / "common/include").mkdir()
    (tmp_path / "common/include/own.h").write_text("int five(void);\n")
    (home / "app.c").write_text(
        '#include <stdio.h>\n#include "own.h"\n'
        'int main(void) { printf("five %d\\n", five()); fflush(stdout); return 0; }\n')
    (home / "app_five.asm").write_text("global five\nbits 64\nfive: mov eax, 5\n ret\n")
    out = tmp_path / "out"
    archive = linux_guest.build_program(out, tmp_path, "app", compiler)
    program = (out / f"app-{compiler}").read_bytes()
    assert program in archive.read_bytes()
    assert b"/ld-" not in program  # it asks for no dynamic loader


def test_a_missing_compiler_is_named(tmp_path):
    with pytest.raises(BenchError, match="cannot run no-such-gcc: No such file"):
        linux_guest.build_program(tmp_path, tmp_path, "app", "no-such-gcc")


def test_results_are_lines_of_a_name_and_a_number():
    console = b"loader: in long mode\r\nloop 2000008\r\nfault 7\r\nfault 9\nend 0\r\nbye 1 2\n"
    assert memory.parse(console) == {"loop": [2000008], "fault": [7, 9], "end": [0]}


@pytest.mark.parametrize(("console", "said"), [
    (b"loop 2000008\nfailed: mmap\nend 1\n", "did not end well"),
    (b"loop 2000008\n", "did not end well"),
    (b"loop 4000016\nend 0\n", "the TSC counts 4,000,016 for 2,000,000 instructions"),
    (b"loop 1000008\nend 0\n", "the TSC counts 1,000,008 for 2,000,000 instructions"),
])
def test_a_program_that_failed_or_counts_otherwise_is_no_measurement(console, said):
    class Said:
        name = "program"

        def time(self, machine, limit):
            return Run(0.1, 0.2, console)

    with pytest.raises(BenchError, match=said):
        memory.run(Said())


def test_zeroing_is_subtracted_on_both_sides():
    ours = {"pages": [10], "mmap": [100], "touch": [10 * 512 + 200], "munmap": [50],
            "clear": [512], "fault": [900, 812, 812]}
    found = memory.our_costs(ours)
    assert (found.page, found.fault) == (35.0, 300.0)
    # Linux: 12 pages are cleared, two of them tables; a byte a turn takes eight times as long.
    words = {"pages": [10], "mmap": [40], "touch": [12 * 512 + 400], "munmap": [60],
             "fault": [2772, 2772, 8000]}
    bytewise = {**words, "touch": [12 * 4096 + 400], "fault": [2772 - 512 + 4096] * 3}
    found = memory.linux_costs(words, bytewise)
    assert (found.page, found.fault) == (50.0, 2260.0)
    assert found.data["zeroing"] == {"a_page": 12 * 512 / 10, "a_fault": 512}


def fake_runs(monkeypatch, results):
    """memory.run answers by the guest's name and settings."""
    monkeypatch.setattr(memory, "our_program", lambda subject, arguments: ("ours", ""))
    monkeypatch.setattr(memory, "linux_program",
                        lambda subject, library, arguments, more="": (library, more))
    monkeypatch.setattr(memory, "run", results)


def test_the_heap_is_compared_with_both_libraries(tmp_path, monkeypatch):
    costs = {"ours": 78, "glibc": 200, "musl": 70}
    fake_runs(monkeypatch, lambda guest: {"operations": [10], "trace": [costs[guest[0]] * 10]})
    linux = linux_guest.Kernel("p", "1", "0")
    found = memory.heap(Subject(tmp_path, "02-paging", tmp_path, 11, linux))
    assert [target.verdict for target in found.targets] == ["ok", "falls short"]
    assert found.data["heap"]["glibc"]["per_operation"] == 200
    alone = memory.heap(Subject(tmp_path, "02-paging", tmp_path, 11, None))
    assert [target.verdict for target in alone.targets] == ["not measured"] * 2


def test_pages_are_compared_with_huge_pages_and_without(tmp_path, monkeypatch):
    def run(guest):
        page = {"": 40, "transparent_hugepage=never": 3000}[
            guest[1].replace("clearcpuid=erms", "").strip()] if guest[0] != "ours" else 20
        turns = 4096 if guest[0] == "glibc" and "erms" not in guest[1] else 512
        return {"pages": [10], "mmap": [0], "touch": [10 * (page + turns)], "munmap": [0],
                "clear": [512], "fault": [turns + page * 10]}

    fake_runs(monkeypatch, run)
    linux = linux_guest.Kernel("p", "1", "0")
    found = memory.pages(Subject(tmp_path, "02-paging", tmp_path, 11, linux))
    assert [target.verdict for target in found.targets] == ["falls short", "falls short", "ok",
                                                            "ok"]
    assert [target.limit for target in found.targets] == pytest.approx([40 / 3, 400 / 3, 1000,
                                                                        10000])
    alone = memory.pages(Subject(tmp_path, "02-paging", tmp_path, 11, None))
    assert {target.verdict for target in alone.targets} == {"not measured"}


def test_metadata_is_the_table_of_frames_and_all_page_tables():
    class Read:
        words = {"image:table_base": 0x1000, "image:table_end": 0x5000, 0x2008: 7}

        def address(self, where):
            return {"image:kernel_tables": 0x2000}[where]

        def u64(self, where):
            return self.words[where]

    assert large.metadata_bytes(Read()) == 0x4000 + 7 * 4096


# -- the command ------------------------------------------------------------------------------


def test_options():
    assert read_options({}).rounds == 11
    chosen = read_options({"STAGE": "01-boot", "N": "21", "CHECK": "1", "LINUX": "no"})
    assert (chosen.stage, chosen.rounds, chosen.check, chosen.linux) == ("01-boot", 21, True, False)


@pytest.mark.parametrize("wrong", [
    {"N": "10"}, {"N": "many"}, {"N": "-11"}, {"N": "100"}, {"N": "²²"},
    {"CHECK": "perhaps"}, {"LINUX": "2"}, {"ACCEL": "kvm"}])
def test_wrong_options_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        read_options(wrong)


def test_an_error_is_one_line_and_status_2():
    for settings, said in (({"STAGE": "99"}, "no lab '99'"), ({"N": "1"}, "N=1: a number of rounds")):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **settings}
        done = subprocess.run([sys.executable, "-m", "bench"], capture_output=True, text=True,
                              timeout=30, check=False, env=environment)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("bench: ") and said in done.stderr
        assert done.stderr.count("\n") == 1
