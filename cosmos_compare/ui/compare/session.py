"""What a session of the Compare page holds: the draft in its editor, and every key that the page has in Streamlit.

The draft is the one record of what stands in the editor. Widgets show it and write into it when they change; they own
nothing. A browser may hold values of its own (a closed popover keeps what it once showed, a message may be under way),
so a widget whose value was changed from elsewhere gets another key: whatever still comes under the old one is late.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import streamlit as st

VIEW = "view"  # what is shown, and how the address says it: see view.py
ADDRESS = "address"
LEFT = "left"
LEFT_AT = "left_at"
ARRIVED = "arrived"  # something was opened that brings its own prompt
MINE = "mine"  # ids of the comparisons that this session began
ASKED = "asked"  # Run was pressed
PROBLEMS = "problems"  # what went wrong at a click, by place, said once
SAVE_NAME = "save_name"
OVER_ALL = "over_all"  # the prompts that the lab is to ask of all scenarios, once they are saved
SEEN = "seen"
HINTS = "hints"
FRAME = "frame"  # the frame of what each model saw, by its time
SOUGHT = "seek"  # the script that moves the video; it tells the time that was clicked
PAST = "past"
PAST_LEFT = "past_left"
PAST_RIGHT = "past_right"
_SOUGHT_S = "sought_s"
_DRAFT = "draft"
_VERSIONS = "draft_versions"
_MADE = "draft_widgets"  # the value that each widget was made with, by key


@dataclass(frozen=True)
class Draft:
    """What stands in the editor, checked or not. `prompt` names the file that the texts began as; `settings` holds
    the fields that are filled in."""

    prompt: str = ""
    question: str = ""
    system: str = ""
    object_name: str = ""
    reasoning: bool = False
    models: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """A field as its widget shows it; a setting that is empty shows nothing."""
        return getattr(self, name) if name in FIELDS else self.settings.get(name)

    def changed(self, values: Mapping[str, Any]) -> Draft:
        """The draft with other values of fields and settings; None empties a setting."""
        own = {name: value for name, value in values.items() if name in FIELDS}
        settings = {**self.settings, **{name: value for name, value in values.items() if name not in FIELDS}}
        return replace(self, **own, settings={n: value for n, value in settings.items() if value not in (None, "")})


FIELDS = frozenset(Draft.__dataclass_fields__) - {"settings"}  # all other names are settings


def draft() -> Draft | None:
    """The draft of this session; None before its first view."""
    return cast("Draft | None", st.session_state.get(_DRAFT))


def standing() -> Draft:
    """The draft, once there is one."""
    return cast(Draft, st.session_state[_DRAFT])


def put(**values: Any) -> None:
    """Change the draft from elsewhere than its widgets, which are made anew where their values changed."""
    old = draft() or Draft()
    new = old.changed(values)
    versions = _versions()
    if _DRAFT in st.session_state:
        for name in {*FIELDS, *old.settings, *new.settings}:
            if old.value(name) != new.value(name):
                versions[name] = versions.get(name, 0) + 1
    st.session_state[_DRAFT] = new


def bound(name: str, kind: type | None = None) -> dict[str, Any]:
    """The arguments that make a widget show a field of the draft and write into it: `value`, `key`, `on_change`,
    `args`.

    The value is what the field held when the widget was made, and stays so: one that a browser builds later, in a
    popover, begins with it, and one in which somebody types is left alone.
    """
    made: dict[str, Any] = st.session_state.setdefault(_MADE, {})
    key = _key(name)
    if key in made and key not in st.session_state:  # another page was open: Streamlit has dropped the widget
        _versions()[name] = _versions().get(name, 0) + 1
        key = _key(name)
    if key not in made:
        value = standing().value(name)
        made[key] = kind(value) if kind is not None and value is not None else value
    return {"value": made[key], "key": key, "on_change": take, "args": (name, key)}


def selected(options: Sequence[str], widget: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `bound` for a list of which one is chosen."""
    value = widget.pop("value")
    return widget | {"index": options.index(value) if value in options else 0}


def selected_many(options: Collection[str], widget: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `bound` for a list of which any number is chosen."""
    return widget | {"default": [value for value in widget.pop("value") if value in options]}


def take(name: str, key: str) -> bool:
    """Write what a widget holds into the draft; returns whether it did: a late message of an old widget is nothing."""
    if key != _key(name):
        return False
    value = st.session_state[key]
    st.session_state[_DRAFT] = standing().changed({name: tuple(value) if isinstance(value, list) else value})
    return True


def _key(name: str) -> str:
    version = _versions().get(name, 0)
    return name if version == 0 and name in FIELDS else f"{name} {version}"


def _versions() -> dict[str, int]:
    found: dict[str, int] = st.session_state.setdefault(_VERSIONS, {})
    return found


def problem(place: str, text: str = "") -> None:
    """Remember what went wrong at a click, for the next run of the page; nothing clears it."""
    st.session_state.setdefault(PROBLEMS, {})[place] = text


def said(place: str) -> str:
    """What went wrong there, once."""
    return str(st.session_state.get(PROBLEMS, {}).pop(place, ""))


def seek() -> None:
    """Take note of the time that was clicked in an answer."""
    st.session_state[_SOUGHT_S] = st.session_state[SOUGHT].seconds


def sought() -> float | None:
    """The time that was clicked since the last run of the page, seconds of the clip."""
    found = st.session_state.pop(_SOUGHT_S, None)
    return None if found is None else float(found)


def arrive() -> None:
    """What is opened now brings its own prompt into the editor."""
    st.session_state[ARRIVED] = True


def begin(live_id: str) -> None:
    """Remember a comparison as this session's."""
    st.session_state.setdefault(MINE, []).append(live_id)


def is_mine(live_id: str) -> bool:
    return live_id in st.session_state.get(MINE, ())
