"""Evidence: what answers claim of a clip, when and where, held against each other and the truth, with its place in the
text.

Derived when shown, from raw texts. Knows nothing of pages, ratings or files.
"""
