"""Past runs: the runs of one scenario by version of the prompt, newest first. Reads rows only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cosmos_compare.runs.index import RunRow


@dataclass(frozen=True)
class PromptVersion:
    """The runs of one version of a prompt, newest first."""

    name: str
    version: str
    reasoning: bool
    rows: tuple[RunRow, ...]

    @property
    def newest(self) -> str:
        return self.rows[0].created

    def latest(self) -> list[RunRow]:
        """The newest run of each model, a finished one where there is one, in the order of their first runs."""
        best: dict[str, RunRow] = {}
        for row in reversed(self.rows):
            old = best.get(row.model)
            if old is None or finished(row) or not finished(old):
                best[row.model] = row
        return list(best.values())


def finished(row: RunRow) -> bool:
    return row.finish in {"stop", "length"}


def versions(rows: Iterable[RunRow], scenario: str) -> list[PromptVersion]:
    """The runs of a scenario by prompt text and reasoning; the most recently used version first."""
    groups: dict[tuple[str, bool], list[RunRow]] = {}
    for row in sorted(rows, key=lambda row: row.id, reverse=True):
        if row.scenario == scenario:
            groups.setdefault((row.prompt_version, row.reasoning), []).append(row)
    return [PromptVersion(own[0].prompt_name, *key, tuple(own)) for key, own in groups.items()]


def latest_of(
    history: Sequence[PromptVersion], prompt_version: str, reasoning: bool, models: Sequence[str]
) -> list[RunRow]:
    """The newest run of each of `models` for a version of the prompt, in their order; empty unless all have one."""
    for version in history:
        if (version.version, version.reasoning) == (prompt_version, reasoning):
            found = {row.model: row for row in version.latest()}
            return [found[name] for name in models] if all(name in found for name in models) else []
    return []
