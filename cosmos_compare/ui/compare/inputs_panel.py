"""What each model saw: frames from disk, sizes, tokens, prompts and sampling; what differs, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import SAMPLING_WORDS, ModelInput, differences, equal_settings, headline, model_input
from cosmos_compare.language import number, t
from cosmos_compare.records.schema import Clip
from cosmos_compare.ui.compare import input_markup, session, settings_form
from cosmos_compare.ui.compare.editor import Checked
from cosmos_compare.ui.shared import markup, plain, resources
from cosmos_compare.ui.shared.jpeg import jpeg
from cosmos_compare.ui.shared.tables import facts_table, safe

STRIP_HEIGHT = 84  # pixels


def of_sides(sides: Sequence[Side]) -> list[ModelInput]:
    """What the sides see; nothing where one was imported, of which nobody knows it. Raises `CompareError` when their
    settings can't be met."""
    if any(side.imported for side in sides):
        return []
    return [model_input(side.comparison, side.spec, side.run.answer if side.run else None) for side in sides]


def line(sees: Sequence[ModelInput], draft: Checked, clip: Clip | None) -> None:
    """Right below the answers: what differs in a few words, and the button that makes it equal."""
    if len(sees) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="seen_line"):
        found = differences(sees)
        others = len(found) - (len({sight.size for sight in sees}) > 1)  # the sizes stand in the headline
        st.html(input_markup.difference_line(headline(sees), others, not found))
        if clip and len(draft.specs) > 1 and not draft.problem:
            _equal(draft, clip)


def _equal(draft: Checked, clip: Clip) -> None:
    """The button that makes the next run's inputs equal; once they are, what is equal and what can't be."""
    try:
        planned = resources.planned(clip, draft.prompt, draft.settings, draft.specs)
        count = len(planned.planned.indices)
        equal = equal_settings(draft.settings, draft.specs, clip, count, reasoning=draft.prompt.reasoning)
    except CompareError as error:
        plain.caption(error)
        return
    if equal == draft.settings:
        st.html(input_markup.equal_line(differences([model_input(planned, spec) for spec in draft.specs])))
        return
    st.button(
        t("Make inputs equal"),
        key="equal",
        icon=":material/balance:",
        help=t("For the next run: the same frames, the same budget of visual tokens, the same sampling and seed."),
        on_click=settings_form.put_settings,
        args=(equal,),
    )


def show(sides: Sequence[Side], sees: Sequence[ModelInput]) -> None:
    """The panel below the answers; frames and prompts are read when it is opened."""
    panel = st.expander(t("What each model saw"), key=session.SEEN, on_change="rerun")
    if not panel.open:
        return
    with panel:
        st.html(input_markup.difference_list(differences(sees)))
        index = _which_frame(sees)
        for column, side, sight in zip(st.columns(len(sides), gap="medium"), sides, sees, strict=True):
            with column:
                _frames(resources.store().frame_files(side.run) if side.run else [], sight, index)
                _words(side, sight)


def _which_frame(sees: Sequence[ModelInput]) -> int:
    """The number of the frame that is shown large, chosen by time."""
    times = sees[0].times.seconds
    if len(times) < 2:
        return 0
    labels = [f"{number(second, '.2f')} s" for second in times]
    sought = session.sought()
    if sought is not None:
        nearest = min(range(len(times)), key=lambda index: abs(times[index] - sought))
        st.session_state[session.FRAME] = labels[nearest]
    elif st.session_state.get(session.FRAME) not in labels:
        st.session_state[session.FRAME] = labels[len(labels) // 2]
    chosen = st.select_slider(t("Frame"), labels, key=session.FRAME, label_visibility="collapsed")
    return labels.index(chosen)


def _frames(files: Sequence[Path], sight: ModelInput, index: int) -> None:
    if not files:
        st.caption(t("The frames are shown once the answer is saved."))
        return
    chosen = min(index, len(files) - 1)
    times = [f"{number(second, '.2f')} s" for second in sight.times.seconds] + [""] * len(files)
    words = safe(t("Frame at {time}", time=times[chosen]))
    st.html(f'<img class="whole" src="data:image/jpeg;base64,{jpeg(files[chosen])}" alt="{words}">')
    st.html(_strip(tuple(files), tuple(times), chosen))


def _strip(files: Sequence[Path], times: Sequence[str], chosen: int) -> str:
    cells = []
    for place, (file, time) in enumerate(zip(files, times, strict=False)):
        mark = " chosen" if place == chosen else ""
        picture = f'<img src="data:image/jpeg;base64,{jpeg(file, STRIP_HEIGHT)}" alt="">'
        cells.append(f'<figure class="frame{mark}">{picture}<figcaption>{time}</figcaption></figure>')
    return f'<div class="strip" role="group" aria-label="{t("All frames")}" tabindex="0">{"".join(cells)}</div>'


def _words(side: Side, sight: ModelInput) -> None:
    answer = side.run.answer if side.run else None
    facts = {
        t("Frames"): t("{n}, {size} pixels (height × width)", n=len(sight.times.seconds), size=sight.size),
        t("Visual tokens"): sight.token_count,
        t("Prompt tokens"): number(answer.prompt_tokens, ",") if answer and answer.prompt_tokens else "–",
        t("Time"): sight.clock,
    }
    facts |= {
        t(words).capitalize(): number(getattr(sight.sampling, name), "g") for name, words in SAMPLING_WORDS.items()
    }
    texts = {t("System prompt"): sight.messages.system, t("Question"): sight.messages.user}
    if answer and answer.rendered_prompt:
        texts[t("Prompt as rendered for the model")] = answer.rendered_prompt
    st.html(facts_table(facts) + "".join(markup.folded(name, text) for name, text in texts.items()))
