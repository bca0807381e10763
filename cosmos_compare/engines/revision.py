"""The revision of what determines an answer in this program's own code, whatever the libraries' versions.

It is part of a run's key, so that a batch never skips a request because of an answer that older rules gave. Raise it
with every change of positions, templates, pixels or arithmetic after which the same request may be answered otherwise:
`tests/engines/test_engine_revision.py` holds outputs of the tiny checkpoints to it.

    1  up to 2026-11-25; not recorded in runs
    2  text behind a video begins behind its seconds too (Qwen2.5-VL)
    3  steps of many answers: rows by sixteen on a GPU, which also draws by other noise, and by fours on a CPU
"""

ANSWER_REVISION = 3
