"""The older layout, `spike_<model>/<scenario>/…`, and the table that people kept by hand beside it."""
