"""The tests of the tools import the package from this tree."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sample_tree  # noqa: E402


@pytest.fixture
def tree(tmp_path: Path) -> sample_tree.SampleTree:
    """A small tree of two stages, committed to git."""
    return sample_tree.SampleTree(tmp_path / "tree")
