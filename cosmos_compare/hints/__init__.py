"""Hints: what a program can tell of an answer from the ground truth, with the words it read. Never a mark, never a sum.

Offline, without another model. Knows nothing of pages, ratings or files; whether a hint deserves belief is for people's
marks to show (`people`).
"""
