"""The bench's own arithmetic: medians, ratios, targets, bisection, archives, and its clock."""

import json
import os
import re
import select
import subprocess
import sys

import pytest
from bench import footprint, linux_guest, report, rounds
from bench.__main__ import read_options
from bench.errors import BenchError
from bench.rounds import Series
from bench.timing import Run, time_run
from pagurus.errors import UsageError


def series(machine, guest, *milliseconds):
    return Series(machine, guest, [Run(ms / 1000, (ms + 1) / 1000) for ms in milliseconds])


MEASURED = [series("microvm", "floor", 30, 10, 20), series("microvm", "hello", 25, 90, 24),
            series("microvm", "linux", 1000), series("q35", "floor", 50)]
SIZES = {"hello.elf": 32768, "loader.elf": 24577}


def shell(tmp_path, script, status=0, limit=10.0):
    return time_run(["/bin/sh", "-c", script], tmp_path, re.compile(rb"^Hello", re.MULTILINE),
                    status, limit)


# -- numbers ----------------------------------------------------------------------------------


def test_a_series_is_its_median_in_milliseconds():
    assert MEASURED[0].spoke == pytest.approx(20)
    assert MEASURED[0].ended == pytest.approx(21)


def test_ratios_stay_on_one_machine():
    assert report.ratio(MEASURED, "microvm", "hello", "floor") == pytest.approx(1.25)
    assert report.ratio(MEASURED, "microvm", "linux", "hello") == pytest.approx(40)
    assert report.ratio(MEASURED, "q35", "hello", "floor") is None


def test_targets_know_both_directions_and_what_is_missing():
    found = report.targets(MEASURED, SIZES, {"microvm": 4096, "q35": 4104})
    assert [target.verdict for target in found] == [
        "ok", "ok", "ok", "falls short", "ok", "falls short"]
    slow = [series("microvm", "floor", 10), series("microvm", "hello", 14)]
    found = report.targets(slow, SIZES, {})
    assert [target.verdict for target in found][:2] == ["falls short", "not measured"]
    assert not found[1].met


def test_the_tables_show_each_guest_and_target():
    table = report.time_table(MEASURED)
    assert len(table) == 5
    assert table[2].split() == ["microvm", "hello", "25.0", "ms", "26.0", "ms", "1.25", "1.00"]
    MEASURED[2].repeated = 2
    assert "(2 failed boots repeated)" in report.time_table(MEASURED)[3]
    lines = report.target_table(report.targets(MEASURED, SIZES, {"q35": 1504}))
    assert lines[1].split()[-5:] == ["microvm", "1.25", "<=", "1.30", "ok"]
    assert lines[-1].split() == ["least", "memory,", "q35", "1504", "<=", "4096", "KiB", "ok"]


def test_the_file_keeps_every_boot():
    found = report.targets(MEASURED, SIZES, {})
    kept = json.loads(json.dumps(report.as_json(MEASURED, found, {"stage": "01-boot"})))
    assert kept["stage"] == "01-boot"
    assert kept["times"][0]["runs_ms"] == [[30, 31], [10, 11], [20, 21]]
    assert kept["targets"][3]["verdict"] == "falls short"


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
    assert linux_guest.arguments("flags\t\t: fpu\nbogomips\t: 5199.98\n").endswith(
        " tsc_early_khz=2599990")
    assert "tsc" not in linux_guest.arguments("BogoMIPS\t: 50.00\n")


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
