"""A reader a format: which files it knows, and what their rows say."""
