"""What several tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and broken videos beside the checkout; its tests skip where it is missing."""
    folder = ROOT.parent / "shared"
    if not (folder / "clips").is_dir():
        pytest.skip("needs ../shared (real clips and broken videos), which is not beside this checkout")
    return folder
