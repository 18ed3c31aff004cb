"""What a stage adds: the summary, the diff, the page."""

import shutil
from pathlib import Path

import pytest
from pagurus import stagediff
from pagurus.errors import UsageError
from sample_tree import call

PINNED = Path(__file__).resolve().parents[1] / "diff"


def test_the_summary_names_new_rooms_first(tree):
    tree.write("labs/02-paging/boot/more.asm", "nop\n")
    (tree.two.path / "kernel/uart.h").unlink()
    rooms = stagediff.compare(tree.one, tree.two).rooms
    assert [str(room).split() for room in rooms] == [
        ["mm/", "+7", "-0", "1", "new", "new", "room"],
        ["(top)", "+1", "-1", "1", "changed"],
        ["boot/", "+1", "-0", "1", "new"],
        ["kernel/", "+5", "-2", "1", "changed,", "1", "removed"],
    ]


def test_the_diff_follows_the_summary(tree, monkeypatch, capfd):
    status, out, _ = call(monkeypatch, capfd, tree.root, "diff", "01", "02")
    assert status == 0
    assert out.startswith("01-boot to 02-paging:\n  mm/ ")
    assert "--- 01-boot/kernel/main.c\n+++ 02-paging/kernel/main.c\n" in out
    assert "+    int table_level = walk_down(4);\n" in out
    assert "README.md" not in out  # each lab's text is its own
    assert "\033[" not in out


def test_colour_is_for_terminals(tree):
    assert "\033[" in stagediff.compare(tree.one, tree.two, colour=True).text


def test_bodies_can_be_hidden(tree, monkeypatch, capfd):
    tree.edit("labs/02-paging/kernel/main.c", "count_sent_bytes", "count_all")
    status, out, _ = call(monkeypatch, capfd, tree.root, "diff", "01", "02", "solved=no")
    assert status == 0
    assert '+    TODO("2.1");\n' in out and "walk_down" not in out
    assert "count_" not in out and "void late" in out


def test_nonsense_is_refused(tree, monkeypatch, capfd):
    for argv, said in (
        (["01", "03"], "no lab '03'; there are: 01-boot, 02-paging"),
        (["01", "1"], "FROM and TO are both 01-boot"),
        (["01", "02", "solved=perhaps"], "SOLVED=perhaps: say yes (1) or no (0)"),
        (["01", "02", "html=nowhere/x.html"], "cannot write nowhere/x.html"),
    ):
        status, _, err = call(monkeypatch, capfd, tree.root, "diff", *argv)
        assert (status, err) == (2, f"pagurus: {said}\n")


def test_equal_stages_have_no_diff(tree, monkeypatch, capfd):
    shutil.rmtree(tree.two.path)
    shutil.copytree(tree.one.path, tree.two.path)
    status, _, err = call(monkeypatch, capfd, tree.root, "diff", "1", "2")
    assert (status, err) == (2, "pagurus: 01-boot and 02-paging do not differ\n")


def test_style_sheets_are_put_into_the_page(tmp_path):
    (tmp_path / "github.min.css").write_text(".hljs{color:red}")
    address = "https://x.example/1/styles/github.min.css"
    link = f'<link rel="stylesheet" href="{address}" media="print" />'
    page = stagediff.self_contained(f"<head>{link}</head>", tmp_path)
    assert page == '<head><style media="print">.hljs{color:red}</style></head>'


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://x.example/x.js"></script>',
        "<img alt=x src=//x.example/x.png>",
        '<link href="http://x.example/x.css">',
        "<style>@import 'https://x.example/x.css'</style>",
        "<style>a{background:url(https://x.example/x.png)}</style>",
    ],
)
def test_a_page_that_loads_from_elsewhere_is_refused(html, tmp_path):
    with pytest.raises(UsageError, match="would load from elsewhere"):
        stagediff.self_contained(html, tmp_path)


def test_a_link_to_follow_is_no_load(tmp_path):
    html = '<a href="https://x.example/">x</a>'
    assert stagediff.self_contained(html, tmp_path) == html


def test_without_npm_the_way_out_is_named(tree, monkeypatch, capfd):
    shutil.copytree(PINNED, tree.root / "grading/diff")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    status, _, err = call(monkeypatch, capfd, tree.root, "diff", "1", "2", "html=x.html")
    assert status == 2 and "HTML needs npm" in err
    assert not (tree.root / "x.html").exists()


def test_the_lock_file_names_no_registry():
    assert "://" not in (PINNED / "package-lock.json").read_text()


def test_the_page_of_a_real_diff(tree, monkeypatch, capfd):
    checkout = PINNED.parents[1]
    try:
        stagediff.install(checkout)  # once for this checkout
    except UsageError as error:
        pytest.skip(str(error))
    shutil.copytree(PINNED, tree.root / "grading/diff")
    (tree.root / "build").symlink_to(checkout / "build")
    page = tree.root / "page.html"
    status, out, _ = call(monkeypatch, capfd, tree.root, "diff", "1", "2", f"html={page}")
    assert status == 0 and f"{page} written" in out
    html = page.read_text()
    assert "walk_down" in html and "<link" not in html and "d2h-file-side-diff" in html
