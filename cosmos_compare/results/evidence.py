"""The evidence: what is on disk for a report to count, read once, and the part of it that a reader chooses."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from cosmos_compare.language import Text
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.arms import CLIP, Two, all_of_pair, arms_of_pair, two_arms
from cosmos_compare.ratings.equal_answers import first_runs
from cosmos_compare.ratings.judged_pairs import Placed, placed
from cosmos_compare.ratings.pairs import Pair, find_pairs, model_pairs, run_ids
from cosmos_compare.ratings.person import person
from cosmos_compare.ratings.rows import Table
from cosmos_compare.ratings.standing import codes_of, renamed, standing, to_frame, with_first_runs
from cosmos_compare.runs.index import RunRow, read_runs


@dataclass(frozen=True)
class Slice:
    """Which part of the ratings: an empty choice means all. `study` is the name of what the `runs` belong to, which
    are those that stand for equal answers (`equal_answers.first_runs`)."""

    scenarios: tuple[str, ...] = ()
    prompt_versions: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    blind_only: bool = False
    study: str = ""
    runs: tuple[str, ...] = ()

    def ratings(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """True for the rows of this part."""
        mask = np.ones(len(rows), dtype=bool)
        raters = tuple({person(name) for name in self.raters})
        folded = renamed(rows["rater"], person) if raters else rows["rater"]
        columns = [
            (rows["scenario"], self.scenarios),
            (rows["prompt_version"], self.prompt_versions),
            (pd.Series(folded), raters),
            (rows["run_id"], self.runs),
        ]
        for column, chosen in columns:
            if chosen:
                mask &= column.isin(chosen).to_numpy()
        return mask & rows["blind"].to_numpy() if self.blind_only else mask

    def pairs(self, on_disk: Sequence[Pair]) -> list[Pair]:
        """The pairs of this part; who rated them plays no role."""
        return [
            pair
            for pair in on_disk
            if (not self.scenarios or pair.scenario in self.scenarios)
            and (not self.prompt_versions or {pair.a.prompt_version, pair.b.prompt_version} <= {*self.prompt_versions})
            and (not self.runs or {pair.a.id, pair.b.id} <= {*self.runs})
        ]


@dataclass(frozen=True)
class Evidence:
    """All rows of the scorecard in the order of the file, with the run's `prompt_version` (empty when the run is
    gone), all run rows, and sentences about what could not be read.

    Equal answers bear the id of the first of them, and one person's name is spelled as it was the first time.
    """

    every: pd.DataFrame
    runs: list[RunRow]
    problems: list[str]

    @cached_property
    def ratings(self) -> pd.DataFrame:
        """The rows that stand (`ratings.standing`)."""
        return standing(self.every)

    @cached_property
    def _blind(self) -> pd.DataFrame:
        return standing(self.every[self.every["blind"].to_numpy()])

    def part(self, chosen: Slice) -> pd.DataFrame:
        """The rows that stand in a slice: of a rater's blind ratings the last, though an open one came after it."""
        rows = self._blind if chosen.blind_only else self.ratings
        return rows[chosen.ratings(rows)]

    def spelling(self, rater: str) -> str:
        """How a rater's name is spelled here: "Anna" is "anna" where that came first."""
        names = self.every["rater"].cat.categories
        return next((name for name in names if person(name) == person(rater)), rater)

    @cached_property
    def by_id(self) -> dict[str, RunRow]:
        """The runs that are on disk."""
        return {run.id: run for run in self.runs}

    @cached_property
    def _by_arms(self) -> dict[Two, tuple[Placed, list[Pair]]]:
        return {}

    def placed(self, arms: Two) -> Placed:
        """Where the rated runs stand in a comparison; worked out once for all slices."""
        return self._compare(arms)[0]

    def pairs(self, arms: Two) -> list[Pair]:
        """All pairs of two arms that are on disk."""
        return self._compare(arms)[1]

    def _compare(self, arms: Two) -> tuple[Placed, list[Pair]]:
        if arms not in self._by_arms:
            ids = self.every["run_id"].cat.categories.tolist()
            self._by_arms[arms] = placed(ids, arms, self.by_id), find_pairs(self.runs, arms)
        return self._by_arms[arms]

    @cached_property
    def rated_at(self) -> "pd.Series[int]":
        """Where in the file each scenario was rated first, by its name."""
        codes = codes_of(self.every, "scenario")
        there, first = np.unique(codes, return_index=True)
        return pd.Series(first, index=self.every["scenario"].cat.categories.take(there))

    @cached_property
    def comparisons(self) -> list[Two]:
        """Every two arms that can be compared: those with the most rated pairs first, then models with runs only.

        Two models, or one model with two prompts, settings or conditions, or arms that differ in several of these. Of
        runs that are gone the model is known.
        """
        paired = self.ratings.loc[self.ratings["pair_id"] != "", ["pair_id", "model"]]
        often = paired["pair_id"].value_counts()
        models: dict[str, set[str]] = {}
        for pair, model in paired.drop_duplicates().itertuples(index=False):
            models.setdefault(pair, set()).add(model)
        counts: Counter[Two] = Counter()
        for pair, names in models.items():
            two = self._compared(pair, names)
            if two:
                counts[two] += int(often[pair])
        rated = [two for two, _ in counts.most_common()]
        return list(dict.fromkeys([*rated, *(two_arms(two) for two in model_pairs(self.runs))]))

    def _compared(self, pair: str, names: set[str]) -> Two | None:
        ids = run_ids(pair)
        runs = [self.by_id[run_id] for run_id in ids if run_id in self.by_id]
        if len(runs) != len(ids) or len(ids) != 2:
            return two_arms(sorted(names)) if len(names) == 2 else None
        a, b = sorted(runs, key=lambda run: (run.model, run.condition != CLIP, run.created, run.id))
        two = arms_of_pair(a, b) or all_of_pair(a, b)
        if two and two[0].model == two[1].model and two[0].condition == two[1].condition:
            two = two if str(two[0]) < str(two[1]) else two[::-1]
        return two

    @property
    def models(self) -> list[tuple[str, str]]:
        """Those of them that compare two models on their clips."""
        return [(a.model, b.model) for a, b in self.comparisons if a.pooled and b.pooled]

    def prompts(self) -> dict[str, str]:
        """The name of each version of a prompt that has runs, for a person to choose by."""
        return {row.prompt_version: row.prompt_name for row in self.runs}


def load(outputs: Path) -> Evidence:
    """Ratings and runs of an outputs folder. Raises `CompareError` when the scorecard can't be read at all."""
    runs = read_runs(outputs)
    return gather(scorecard.read(outputs), runs.rows, runs.problems)


def gather(table: Table, runs: Sequence[RunRow], run_problems: Sequence[str] = ()) -> Evidence:
    """The same from what has been read already."""
    rows = with_first_runs(to_frame(table), first_runs(runs))
    spelled = first_spellings(table.columns["rater"])
    rows["rater"] = renamed(rows["rater"], lambda name: spelled[name])
    prompts = {run.id: run.prompt_version for run in runs}
    versions = [prompts.get(run_id, "") for run_id in rows["run_id"].cat.categories]
    rows["prompt_version"] = pd.Categorical(np.array([*versions, ""], dtype=object)[codes_of(rows, "run_id")])
    found = Evidence(rows, list(runs), [f"{scorecard.NAME}: {problem}" for problem in table.problems])
    gone = [run_id for run_id in found.ratings["run_id"].unique() if run_id not in prompts]
    if gone:
        found.problems.append(
            Text("Rated runs that are no longer on disk: {n}. Their ratings count all the same.", n=len(gone))
        )
    found.problems.extend(run_problems)
    return found


def first_spellings(names: Iterable[str]) -> dict[str, str]:
    """Every name as it was spelled first: capitals don't make another person."""
    first: dict[str, str] = {}
    return {name: first.setdefault(person(name), name) for name in dict.fromkeys(names)}
