"""Where the project's own files lie. Imports nothing of ours."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROMPTS = ROOT / "prompts"
SCENARIOS = ROOT / "data" / "raw" / "scenarios_demo"
MODEL_LIST = ROOT / "data" / "models.yaml"


def scenarios_folder() -> Path:
    """The clips that are listed first: `COSMOS_COMPARE_SCENARIOS`, or the bundled ones."""
    return Path(os.environ.get("COSMOS_COMPARE_SCENARIOS") or SCENARIOS)


def outputs_folder() -> Path:
    """Where runs and ratings are kept: `COSMOS_COMPARE_OUTPUTS`, or `outputs/` of the project."""
    return Path(os.environ.get("COSMOS_COMPARE_OUTPUTS") or ROOT / "outputs")


def user_model_list() -> Path:
    """The user's own model list: `COSMOS_COMPARE_MODELS`, or `models.yaml` at the project's top."""
    return Path(os.environ.get("COSMOS_COMPARE_MODELS") or ROOT / "models.yaml")
