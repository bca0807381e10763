"""Whether a clip comes from our own renderer: it writes its name into the file. The demo models know no others."""

from pathlib import Path

import av

RENDERER = "cosmos_compare demo renderer"  # the container's comment; demo/render.py writes the same


def is_rendered(video: Path) -> bool:
    """True for clips that `cosmos_compare.demo.render` wrote; False for all others and for what can't be opened."""
    try:
        with av.open(str(video.absolute()), options={"protocol_whitelist": "file"}) as container:
            return RENDERER in (value for key, value in container.metadata.items() if key.lower() == "comment")
    except (av.error.FFmpegError, OSError):
        return False
