"""The report that is handed over: one HTML file that opens anywhere, with nothing in it that loads or runs.

`material` gathers what it tells, `sections/` say it, one file each, and `document` puts them in order. What counts as
evidence, and in which words, is `results/`'s.
"""
