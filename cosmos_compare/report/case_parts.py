"""The parts of a case: strips of frames, the timeline, answers, the ground truth, marks and notes."""

from __future__ import annotations

from markupsafe import Markup

from cosmos_compare.evidence.claims import TimeClaim
from cosmos_compare.evidence.lanes import Lanes, lanes_of
from cosmos_compare.language import number, t
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import AXES, Run
from cosmos_compare.report.cut import cut
from cosmos_compare.report.elements import Child, bullets, el, folded, joined, paragraphs, table, void
from cosmos_compare.report.judged_cases import Judged, JudgedCase
from cosmos_compare.report.pictures import Album, spread
from cosmos_compare.report.svg import Bar, DrawnLane, timeline
from cosmos_compare.runs.layout import run_path
from cosmos_compare.runs.store import Store
from cosmos_compare.texts.answers import read_answer

MOST_TICKS = 60
MOST_BARS = 40  # of a lane


def strips(case: JudgedCase, store: Store, album: Album, names: tuple[str, str]) -> Markup:
    """The frames that both were shown; one strip where they were shown the same."""
    runs = [(name, run) for name, run in zip(names, case.runs, strict=True) if run is not None]
    if len(runs) == 2 and _shown(runs[0][1]) == _shown(runs[1][1]):
        return _strip(t("Frames that both saw"), runs[0][1], store, album)
    return joined(_strip(t("Frames that {model} saw", model=name), run, store, album) for name, run in runs)


def _shown(run: Run) -> tuple[object, ...]:
    return run.clip.sha256, run.frames.indices, run.frames.shown, run.frames.shown_from, run.settings.condition


def _strip(title: str, run: Run, store: Store, album: Album) -> Markup:
    pictures = album.strip(store.outputs / _folder(run), run)
    if not pictures:
        return Markup("")
    count = len(run.frames.seconds)
    about = title if len(pictures) == count else t("{title}: {shown} of {n}", title=title, shown=len(pictures), n=count)
    figures = []
    for picture in pictures:
        when = t("{n} s", n=number(picture.seconds, ".2f"))
        words = t("Frame at {when}", when=when)
        image = void("img", src=picture.uri, alt=words, width=picture.width, height=picture.height)
        figures.append(el("figure", image, el("figcaption", when)))
    return joined([el("h4", about), el("div", *figures, class_="strip", tabindex="0", role="region", aria_label=about)])


def _folder(run: Run) -> str:
    return run_path(run.clip.scenario, run.model.name, run.id)


def times(case: JudgedCase, names: tuple[str, str]) -> Markup:
    """The truth and what each answer says happens when, on one clock, with all of it in words below."""
    runs = [(name, side, run) for name, side, run in zip(names, "ab", case.runs, strict=True) if run is not None]
    told = lanes_of([run for _, _, run in runs], [name for name, _, _ in runs], case.truth)
    drawn: list[DrawnLane] = []
    lists: list[Markup] = []
    if told.truth:
        bars = [
            Bar(event.start, event.last, row, str(n), f"{event.when}: {cut(event.label)}")
            for n, (event, row) in enumerate(zip(told.truth, told.truth_rows, strict=True), start=1)
            if n <= MOST_BARS
        ]
        drawn.append(DrawnLane(t("Ground truth"), "truth", told.truth_height, bars))
        lists.append(_list(t("Ground truth"), bars))
    for (name, side, _), lane in zip(runs, told.lanes, strict=True):
        bars = [
            Bar(claim.start, claim.last, row, str(n), _claim(claim))
            for n, (claim, row) in enumerate(zip(lane.claims, lane.rows, strict=True), start=1)
            if n <= MOST_BARS
        ]
        drawn.append(DrawnLane(name, side, lane.height, bars, t("names no time")))
        lists.append(_list(name, bars))
    if not any(lane.bars for lane in drawn):
        return paragraphs(t("Neither the ground truth nor an answer names a time."))
    words = t(
        "When the ground truth and the answers say that something happens; the lists below say the same in words."
    )
    chart = timeline(
        told.duration,
        drawn,
        _ticks(told),
        f"{case.anchor}-time",
        t("Timeline of {scenario}", scenario=case.scenario),
        words,
    )
    return joined([el("h4", t("Timeline")), chart, folded(t("The times in words"), el("div", *lists, class_="sides"))])


def _claim(claim: TimeClaim) -> str:
    """When and what, and what is odd about the time."""
    words = t("{what}: {words}", what=claim.when, words=cut(claim.what))
    odd = "; ".join(remark.words for remark in claim.remarks)
    return f"{words} ({odd})" if odd else words


def _ticks(told: Lanes) -> list[float]:
    seconds = told.lanes[0].frames if told.lanes else ()
    return [seconds[at] for at in spread(len(seconds), MOST_TICKS)]


def _list(name: str, bars: list[Bar]) -> Markup:
    items = [el("li", bar.title) for bar in bars]
    return el("div", el("b", name), el("ol", *items) if items else el("p", t("names no time")))


def answers(case: JudgedCase, names: tuple[str, str], room: int) -> Markup:
    """Both answers side by side, reasoning folded; those longer than `room` bytes are cut, and say so."""
    return el(
        "div",
        *(_answer(name, side, run, room) for name, side, run in zip(names, "ab", case.runs, strict=True)),
        class_="sides",
    )


def _answer(name: str, side: str, run: Run | None, room: int) -> Markup:
    if run is None:
        return el("section", el("h4", name), el("p", t("This run is no longer on disk.")), class_=f"answer {side}")
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    parts: list[Child] = [el("h4", name)]
    if run.answer.finish == "length":
        parts.append(el("p", t("Cut at the limit of {n} tokens.", n=run.answer.new_tokens), class_="note"))
    if read.reasoning.strip():
        parts.append(folded(t("Reasoning"), _text(read.reasoning, room)))
    parts.append(_text(read.answer, room) if read.answer.strip() else el("p", t("No answer."), class_="note"))
    parts.append(el("p", t("Run {id}", id=run.id), class_="note"))
    return el("section", *parts, class_=f"answer {side}")


def _text(text: str, room: int) -> Markup:
    return el("div", cut(text, room), class_="text")


def truth(written: GroundTruth | None) -> Markup:
    """What a careful person wrote down of the clip."""
    if written is None:
        return paragraphs(t("No ground truth lies beside this clip."))
    there = ", ".join(name for name, one in written.objects.items() if one.present)
    risk = written.risk
    rows = [
        (t("Scene"), written.scene or ""),
        (t("Objects"), there),
        (t("Risk"), " – ".join(filter(None, [risk.level, risk.reason])) if risk else ""),
        (t("Expected action"), written.expected_action or ""),
        (t("Not in the clip"), ", ".join(written.absent)),
    ]
    lines = [el("div", el("dt", name), el("dd", cut(words))) for name, words in rows if words]
    events = bullets(
        t(
            "{start} to {end} s: {label}",
            start=number(event.start, "g"),
            end=number(event.end, "g"),
            label=cut(event.label),
        )
        for event in sorted(written.events, key=lambda event: event.start)[:MOST_BARS]
    )
    return joined([el("h4", t("Ground truth")), el("dl", *lines), events])


def marks(case: JudgedCase, names: tuple[str, str]) -> Markup:
    """Who marked what, a row a rater and answer, with the verdict and the notes below."""
    rows: list[list[Child]] = []
    for one in case.judged:
        for name, own in zip(names, one.marks, strict=True):
            rows.append([one.rater, name, *(_mark(own[axis]) for axis in AXES)])
    head = (t("Rater"), t("Answer"), *(t(LABELS[axis]) for axis in AXES))
    caption = t("Marks of {scenario}", scenario=case.scenario)
    said = bullets(_said(one, names) for one in case.judged)
    return joined([el("h4", t("Marks, verdicts and notes")), table(head, rows, caption, "marks"), said])


def _said(one: Judged, names: tuple[str, str]) -> str:
    """A rater's verdict, how it was given, and the notes."""
    how = t("blind") if one.blind else t("names shown")
    how = t("{how}, aided", how=how) if one.aided else how
    words = t("{rater}: {verdict} ({how})", rater=one.rater, verdict=_verdict(one.verdict, names), how=how)
    return " ".join([words, *(t("“{note}”", note=cut(note)) for note in one.notes)])


def _mark(value: int | None) -> Markup:
    if value is None:
        return el("span", "–", title=t("cannot judge"))
    return el("span", str(value), class_=f"mark m{value}")


def _verdict(kind: str, names: tuple[str, str]) -> str:
    return {
        "a": t("{model} is better", model=names[0]),
        "b": t("{model} is better", model=names[1]),
        "tie": t("a tie"),
        "both_bad": t("both are bad"),
        "contradictory": t("two verdicts that contradict each other"),
    }.get(kind, t("no verdict"))
