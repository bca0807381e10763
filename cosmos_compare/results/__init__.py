"""Results: what the ratings say, from what is on disk alone."""
