"""Runs on disk: the only room that knows how a run is laid out."""
