"""The catalogue: which models there are, where their weights lie, which are taken by default."""
