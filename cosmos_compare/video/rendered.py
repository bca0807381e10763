"""Whether a clip comes from our own renderer: it writes its name into the file. The demo models know no others."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import av

from cosmos_compare.schema import ModelSpec

RENDERER = "cosmos_compare demo renderer"  # the container's comment; demo/render.py writes the same


NOT_RENDERED = "The demo models know rendered scenes only. What they say about this clip means nothing."


def demo_warning(video: Path, specs: Iterable[ModelSpec]) -> str:
    """What to say before a demo model is shown a clip that is not from our renderer; empty where all is well."""
    return NOT_RENDERED if any(spec.demo for spec in specs) and not is_rendered(video) else ""


@lru_cache(maxsize=4096)
def is_rendered(video: Path) -> bool:
    """True for clips that `cosmos_compare.demo.render` wrote; False for all others and for what can't be opened."""
    try:
        with av.open(str(video.absolute()), options={"protocol_whitelist": "file"}) as container:
            return RENDERER in (value for key, value in container.metadata.items() if key.lower() == "comment")
    except (av.error.FFmpegError, OSError):
        return False
