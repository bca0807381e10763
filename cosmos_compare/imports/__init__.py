"""Imports: files that people bring, questions of known benchmarks and work of before, read as they are.

A reader a format (`formats/`) makes drafts of rows; `take` finds their clips and keeps them as a set of items, which
studies ask. Nothing is downloaded, and no path leads out of the folder that the user names.
"""
