"""Where files lie: those that came with the program, and those of the person who uses it. Imports nothing of ours.

In a checkout both lie at its top. An installed program has its own under `bundled/` in the package, and takes what
is yours (`outputs/`, `prompts/`, `models.yaml`) from the folder where it was started.
"""

import os
from pathlib import Path

_BUNDLED = Path(__file__).resolve().parent / "bundled"
INSTALLED = _BUNDLED.is_dir()
ROOT = _BUNDLED if INSTALLED else _BUNDLED.parents[1]  # holds app.py, pages/, prompts/, data/ and .streamlit/
PROMPTS = ROOT / "prompts"
SCENARIOS = ROOT / "data" / "raw" / "scenarios_demo"
MODEL_LIST = ROOT / "data" / "models.yaml"
LEXICON = ROOT / "data" / "lexicon.yaml"


def home() -> Path:
    """The folder of what is yours: `COSMOS_COMPARE_HOME`, else the checkout, else the current folder."""
    return Path(os.environ.get("COSMOS_COMPARE_HOME") or (Path.cwd() if INSTALLED else ROOT))


def own_prompts() -> Path:
    """Where prompts are saved; those of a name that came with the program are found before it."""
    return home() / "prompts"


def scenarios_folder() -> Path:
    """The clips that are listed first: `COSMOS_COMPARE_SCENARIOS`, or the bundled ones."""
    return Path(os.environ.get("COSMOS_COMPARE_SCENARIOS") or SCENARIOS)


def outputs_folder() -> Path:
    """Where runs and ratings are kept: `COSMOS_COMPARE_OUTPUTS`, or `outputs/` of what is yours."""
    return Path(os.environ.get("COSMOS_COMPARE_OUTPUTS") or home() / "outputs")


def user_model_list() -> Path:
    """The user's own model list: `COSMOS_COMPARE_MODELS`, or `models.yaml` of what is yours."""
    return Path(os.environ.get("COSMOS_COMPARE_MODELS") or home() / "models.yaml")


def card_facts() -> Path:
    """What was measured of this machine's GPUs at their first start; in the user's cache, for all checkouts."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cosmos-compare" / "cards.json"


def user_lexicon() -> Path:
    """The user's own words of facts: `COSMOS_COMPARE_LEXICON`, or `lexicon.yaml` of what is yours."""
    return Path(os.environ.get("COSMOS_COMPARE_LEXICON") or home() / "lexicon.yaml")
