"""Every test below this folder has the grader's fixtures and marks."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

pytest_plugins = ("pagurus.plugin",)
