"""The two networks, their samples and their training. Needs torch."""
