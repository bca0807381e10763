"""What makes a file last."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make names that were given or changed in a folder last through a loss of power."""
    if os.name == "nt":
        return  # Windows can't open a folder, and renames are durable there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
