"""The tests of the tools import the package from this tree."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sample_tree  # noqa: E402


WHOLE_GRADES = "test_cheats.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests last: the first ones are dealt out many at a time, those one by one."""
    items.sort(key=lambda item: item.path.name == WHOLE_GRADES)


@pytest.fixture
def tree(tmp_path: Path) -> sample_tree.SampleTree:
    """A small tree of two stages, committed to git."""
    return sample_tree.SampleTree(tmp_path / "tree")
