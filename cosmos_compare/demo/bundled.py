"""The eight scenarios that come with the program: reserved seeds, chosen by eye and for what they show.

python -m cosmos_compare.demo.bundled      writes data/raw/scenarios_demo anew, the same pixels each time
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmos_compare.demo.render import write_scenario

FOLDER = Path(__file__).resolve().parents[2] / "data" / "raw" / "scenarios_demo"
FPS, SIZE = 24, (640, 360)


@dataclass(frozen=True)
class Bundled:
    """One scenario: where it is drawn from, and one line on what it tests."""

    seed: int
    seconds: float
    plot: str
    fixed: dict[str, Any]
    tests: str


DAY = {"weather": "clear", "night": False}
SCENARIOS = (
    Bundled(
        126, 7.0, "crossing", {**DAY, "place": "city", "ego": "stop"},
        "A pedestrian on a crosswalk: seen, from which side, and when the crossing begins?",
    ),
    Bundled(
        204, 7.0, "cyclist", {**DAY, "place": "city", "ego": "slow"},
        "A cyclist moves into our lane: told apart from the bystander and the parked van?",
    ),
    Bundled(
        354, 7.0, "lead", {**DAY, "place": "city"},
        "The car ahead brakes: is the danger called high, and is the moment right?",
    ),
    Bundled(
        438, 7.0, "hidden", {**DAY, "place": "city"},
        "A pedestrian steps out from behind a parked vehicle: noticed when visible, not before?",
    ),
    Bundled(
        692, 8.0, "light", {"weather": "rain", "night": False, "place": "city", "ego": "stop"},
        "A traffic light turns red in the rain: the colour, the moment, and what to do next?",
    ),
    Bundled(
        617, 7.0, "crossing", {"weather": "clear", "night": True, "place": "city", "ego": "slow"},
        "A pedestrian crosses at night behind an oncoming car's headlights: who is there?",
    ),
    Bundled(
        845, 7.0, "lead", {"weather": "fog", "night": False, "place": "city"},
        "A truck brakes in fog: small things beside a large one.",
    ),
    Bundled(
        800, 6.0, "empty", {**DAY, "place": "country", "ego": "keep"},
        "An empty road: whatever is named here is invented.",
    ),
)  # fmt: skip


def main() -> None:
    for number, one in enumerate(SCENARIOS, start=1):
        folder = FOLDER / f"scenario_{number:02d}"
        found = write_scenario(folder, one.seed, one.seconds, FPS, SIZE, one.tests, one.plot, **one.fixed)
        size = (folder / "segment.webm").stat().st_size
        print(f"{folder.name}: {size / 1e6:.2f} MB, {', '.join(o.kind for o in found.objects) or 'nobody'}")


if __name__ == "__main__":
    main()
