"""Past runs: the newest ones, and those of one scenario by version of the prompt. Reads rows only."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from cosmos_compare.runs.index import RunRow


@dataclass(frozen=True)
class PromptVersion:
    """The runs of one version of a prompt under one condition, newest first."""

    name: str
    version: str
    reasoning: bool
    condition: str
    rows: tuple[RunRow, ...]

    @property
    def newest(self) -> str:
        return self.rows[0].created

    def latest(self) -> list[RunRow]:
        """The newest run of each model, a finished one where there is one, in the order of their first runs."""
        return newest(reversed(self.rows), by=lambda row: row.model)


def newest(rows: Iterable[RunRow], by: Callable[[RunRow], Hashable]) -> list[RunRow]:
    """Of each group that `by` makes the last finished run, the last of any kind where none finished.

    `rows` go from old to new; the groups keep the order in which they begin.
    """
    best: dict[Hashable, RunRow] = {}
    for row in rows:
        group = by(row)
        old = best.get(group)
        if old is None or row.finished or not old.finished:
            best[group] = row
    return list(best.values())


def newest_answers(rows: Iterable[RunRow]) -> list[RunRow]:
    """The newest run of each scenario and model; see `newest`."""
    return newest(rows, by=lambda row: (row.scenario, row.model))


def versions(rows: Iterable[RunRow], scenario: str) -> list[PromptVersion]:
    """The runs of a scenario by prompt text, reasoning and condition; the most recently used first."""
    groups: dict[tuple[str, bool, str], list[RunRow]] = {}
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        if row.scenario == scenario:
            groups.setdefault((row.prompt_version, row.reasoning, row.condition), []).append(row)
    return [PromptVersion(own[0].prompt_name, *key, tuple(own)) for key, own in groups.items()]


def latest_of(
    history: Sequence[PromptVersion], prompt_version: str, reasoning: bool, condition: str, models: Sequence[str]
) -> list[RunRow]:
    """The newest run of each of `models` for a version of the prompt under a condition, in their order; empty unless
    all have one."""
    for version in history:
        if (version.version, version.reasoning, version.condition) == (prompt_version, reasoning, condition):
            found = {row.model: row for row in version.latest()}
            return [found[name] for name in models] if all(name in found for name in models) else []
    return []
