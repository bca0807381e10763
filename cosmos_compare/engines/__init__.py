"""Engines: from frames and a prompt to an answer. They know nothing of pages, files of runs or ratings."""
