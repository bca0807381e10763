"""Compare vision-language models on street scenes: one decode, every model, runs on disk, blind ratings."""

__version__ = "0.1.0"
