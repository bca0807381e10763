"""Street scenes: what stands in them, how it moves, what the camera sees of it, what is true, and how it is drawn."""
