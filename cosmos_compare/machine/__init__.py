"""The machine: what it has, and whether that is enough."""
