"""Effort: what integrating and preprocessing each model costs, measured where the program can, told by people where it
can't."""
