"""Ratings: pairs of runs, blind sides, the scorecard file and what its rows say. Knows no engine and no page."""
