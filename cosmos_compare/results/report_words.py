"""A report in sentences: what the numbers say, and where they don't say enough yet. Never "p = 0", never a star."""

from cosmos_compare.results.report import Report
from cosmos_compare.stats import Difference, Estimate

NOT_ENOUGH = "Not enough evidence"


def sentences(found: Report) -> list[str]:
    """The report's main findings, each a sentence or two with its n."""
    a, b = found.models
    return [
        difference_words(found.difference, a, b),
        win_words(found.win_rate, found.verdicts, a, b),
        agreement_words(found),
        left_words(found.left_share),
        coverage_words(found),
    ]


def difference_words(d: Difference, a: str, b: str) -> str:
    """Which model is rated higher, by how much, and how sure that is."""
    if d.value is None:
        return f"No rater has marked both {a} and {b} on the same pair yet."
    if abs(d.value) < 0.005:
        what = f"{a} and {b} are rated alike"
    else:
        what = f"{b} is rated {abs(d.value):.2f} {'higher' if d.value > 0 else 'lower'} than {a} on the scale of 0 to 2"
    if d.low is None or d.high is None:
        return f"{what} in the one scenario that is rated ({count(d.n, 'mark')}). {more_words(d)}"
    test = "" if d.p is None else f"; sign-flip test {p_words(d.p)}"
    if d.smallest_p is not None and d.smallest_p > 0.001:
        test += f", where {count(d.scenarios, 'scenario')} can give {p_words(d.smallest_p)} at the least"
    basis = f"{interval_words(d.low, d.high)}; {count(d.scenarios, 'scenario')}, {count(d.n, 'mark')}{test}"
    return f"{what} ({basis}). {more_words(d)}".strip()


def more_words(d: Difference) -> str:
    """What is missing for a conclusion; empty when nothing is."""
    if d.enough:
        return ""
    if d.more_scenarios is None:
        return f"{NOT_ENOUGH} for a difference: none was seen."
    more = count(d.more_scenarios, "more scenario")
    return f"{NOT_ENOUGH}: about {more} would be needed, if the difference stays as it is."


def win_words(wins: Estimate, verdicts: dict[str, int], a: str, b: str) -> str:
    """How often B wins, ties counted as halves, and of what kinds the verdicts are."""
    if wins.value is None or wins.low is None or wins.high is None:
        return "No verdict is given yet."
    kinds = f"{b} better {verdicts['b']}, {a} better {verdicts['a']}, tie {verdicts['tie']}"
    kinds += f", both bad {verdicts['both_bad']}"
    basis = f"{interval_words(wins.low, wins.high, percent=True)}; {count(wins.scenarios, 'scenario')}"
    text = f"{b} wins {wins.value:.0%} of the comparisons, ties counted as halves ({basis}; {kinds})."
    if verdicts.get("contradictory"):
        text += f" Verdicts whose two rows contradict each other are left out: {verdicts['contradictory']}."
    return text if wins.low > 0.5 or wins.high < 0.5 else f"{text} {NOT_ENOUGH} for a preference."


def agreement_words(found: Report) -> str:
    """How far raters agree: four coefficients side by side."""
    each = found.agreement
    if each.raw.value is None:
        return f"Agreement between raters can't be told: {_small_first(each.raw.why)}"
    parts = [
        f"Krippendorff's α {estimate_words(each.alpha)}",
        f"weighted κ {estimate_words(each.kappa)}",
        f"Gwet's AC2 {estimate_words(each.ac2)}",
        f"equal marks {estimate_words(each.raw, percent=True)}",
    ]
    basis = f"{count(each.raters, 'rater')}, {count(each.raw.n, 'mark')} given twice or more"
    return f"Agreement between raters: {'; '.join(parts)} ({basis}, {count(each.raw.scenarios, 'scenario')})."


def left_words(left: Estimate) -> str:
    """Whether the side plays a role."""
    if left.value is None or left.low is None or left.high is None:
        return "Whether the left side wins more often can't be told yet: no verdict with sides has a winner."
    basis = f"{interval_words(left.low, left.high, percent=True)}; {count(left.n, 'decided verdict')}"
    text = f"The left side wins {left.value:.0%} ({basis})."
    if left.low <= 0.5 <= left.high:
        return text
    return f"{text} That is more than chance would do: raters favour a side."


def coverage_words(found: Report) -> str:
    """How much of what could be rated is."""
    if found.coverage.empty:
        return "No runs on disk pair these two models."
    pairs, rated, twice = (int(found.coverage[name].sum()) for name in ("pairs", "rated", "twice"))
    return f"Rated are {rated} of {count(pairs, 'pair')} on disk, {twice} of them by two raters or more."


def p_words(p: float) -> str:
    """A p value as printed: three digits, and never 0."""
    if p < 0.001:
        return "p < .001"
    if p > 0.9995:
        return "p = 1"
    return f"p = {p:.3f}".replace("0.", ".")


def estimate_words(estimate: Estimate, *, percent: bool = False) -> str:
    """A value with its interval, or "undefined" and why."""
    if estimate.value is None:
        return f"undefined ({_small_first(estimate.why).rstrip('.')})"
    value = f"{estimate.value:.0%}" if percent else f"{estimate.value:.2f}"
    if estimate.low is None or estimate.high is None:
        return f"{value} ({_small_first(estimate.why).rstrip('.')})"
    return f"{value} ({interval_words(estimate.low, estimate.high, percent=percent)})"


def interval_words(low: float, high: float, *, percent: bool = False) -> str:
    """95 % interval in words."""
    return f"95 % interval {low:.0%} to {high:.0%}" if percent else f"95 % interval {low:.2f} to {high:.2f}"


def count(n: int, noun: str) -> str:
    """`1 scenario`, `2 scenarios`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _small_first(text: str) -> str:
    return text[:1].lower() + text[1:]
