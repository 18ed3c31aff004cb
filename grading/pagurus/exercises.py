"""`exercises LAB`: the table of a lab's exercises as its markers have them."""

from collections.abc import Sequence

from pagurus import arguments, regions
from pagurus.errors import UsageError
from pagurus.stages import Stage, find_root, find_stage


def table(stage: Stage) -> list[str]:
    """One line a region: id, points (of the exercise), file:line, text; then the sum."""
    own = regions.own_regions(stage)
    if not own:
        raise UsageError(f"{stage.place} has no exercise")
    rows = []
    for exercise in regions.exercises(own):
        for region in exercise.regions:
            points = str(exercise.points) if region is exercise.regions[0] else ""
            rows.append((region.id, points, f"{region.file}:{region.first}", region.text))
    rows.append(("sum", str(total(stage)), "", ""))
    id_width, points_width, place_width = (max(len(row[i]) for row in rows) for i in range(3))
    return [
        f"{id_:<{id_width}}  {points:>{points_width}}  {place:<{place_width}}  {text}".rstrip()
        for id_, points, place, text in rows
    ]


def total(stage: Stage) -> int:
    """The points of all exercises of a lab."""
    return sum(exercise.points for exercise in regions.exercises(regions.own_regions(stage)))


def main(argv: Sequence[str]) -> int:
    call = arguments.parse("exercises", argv, may=["LAB"])
    print("\n".join(table(find_stage(find_root(), call.plain[0]))))
    return 0
