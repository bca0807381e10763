"""What the demo models can't know: clips that are not from our renderer, which writes its name into the file, and
clips longer than those they were trained on."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.video.files import Remembered
from cosmos_compare.video.opening import open_video

RENDERER = "cosmos_compare demo renderer"  # the container's comment; demo/render.py writes the same

NOT_RENDERED = Text("The demo models know rendered scenes only. What they say about this clip means nothing.")
TRAINED_ON = 16.0  # seconds, the longest clips
TOO_LONG = Text(
    "The demo models know clips up to 16 seconds. What they say about longer ones may be wrong: trim the clip."
)


def demo_warning(video: Path, specs: Iterable[ModelSpec], seconds: Sequence[float] = ()) -> str:
    """What to say before a demo model is shown a clip, of which it sees the frames at `seconds`; empty where all is
    well."""
    if not any(spec.demo for spec in specs):
        return ""
    if not is_rendered(video):
        return NOT_RENDERED
    return TOO_LONG if seconds and seconds[-1] - seconds[0] > TRAINED_ON else ""


def is_rendered(video: Path) -> bool:
    """True for clips that `cosmos_compare.demo.render` wrote; False for all others and for what can't be opened."""
    try:
        return _is_rendered(video)
    except CompareError:
        return False


def _names_renderer(video: Path) -> bool:
    with open_video(video) as (container, _):
        return RENDERER in (value for key, value in container.metadata.items() if key.lower() == "comment")


_is_rendered = Remembered(_names_renderer)
