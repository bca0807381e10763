"""What makes a file last."""

import os
import threading
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


def replace_file(path: Path, data: bytes) -> None:
    """Give a file other content: readers see the old or the new, never a part. Raises `OSError`; then the old stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
