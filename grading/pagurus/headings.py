"""The exercises of a lab under the titles that the lab text gives them."""

import re
from dataclasses import replace

from pagurus import regions
from pagurus.regions import Exercise
from pagurus.stages import Stage

_HEADING = re.compile(r"#+ Exercise (\d+\.\d+) \(\d+ points?\): (.+?) *#*")


def exercises_of(stage: Stage) -> list[Exercise]:
    """The lab's own exercises in order; one that the text does not name keeps its marker's words."""
    readme = stage.path / "README.md"
    lines = readme.read_text(errors="replace").splitlines() if readme.is_file() else []
    titles = {match[1]: match[2] for match in map(_HEADING.fullmatch, lines) if match}
    return [replace(exercise, title=titles.get(exercise.id, ""))
            for exercise in regions.exercises(regions.own_regions(stage))]
