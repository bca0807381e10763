"""Compare vision-language models on street scenes: one decode, every model, runs on disk, blind ratings."""

import os

# No telemetry, from the Hub's client either. Read when the client is imported, so it stands before everything.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
