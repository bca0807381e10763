"""What all sessions of the server share: the store, the models' workers, the board, decoded clips, thumbnails."""

import threading
from pathlib import Path

import streamlit as st

from cosmos_compare.board import Board
from cosmos_compare.catalogue.defaults import default_models
from cosmos_compare.catalogue.hub import access_problem
from cosmos_compare.catalogue.models import load_models, resolve_models
from cosmos_compare.compare import Comparison
from cosmos_compare.engines.load import load_engine
from cosmos_compare.jobs import ModelPool
from cosmos_compare.paths import outputs_folder, user_model_list
from cosmos_compare.records.schema import Clip, ModelSpec, Prompt, Run, Settings
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.video.clips import Listing, Scenario, list_folder, probe
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.frames import plan_frames
from cosmos_compare.video.playable import PlayableCopies
from cosmos_compare.video.thumbs import Thumbs
from cosmos_compare.video.uploads import kept_uploads

WARM_UP_AFTER_S = 2.0  # the first page is painted by then; imports would fight it for the interpreter


def store() -> Store:
    """The runs on disk, of the outputs folder that the environment names now."""
    return _store(outputs_folder())


@st.cache_resource(show_spinner=False)
def _store(outputs: Path) -> Store:
    return Store(outputs)


@st.cache_resource(show_spinner=False)
def pool() -> ModelPool:
    """The workers, one for each model in use."""
    return ModelPool(load_engine)


def board() -> Board:
    """The running comparisons of this server."""
    return _board(outputs_folder())


@st.cache_resource(show_spinner=False)
def _board(outputs: Path) -> Board:
    return Board(pool(), _store(outputs), FrameCache())


def thumbs() -> Thumbs:
    return _thumbs(outputs_folder() / ".thumbs")


@st.cache_resource(show_spinner=False)
def _thumbs(folder: Path) -> Thumbs:
    return Thumbs(folder)


def playable() -> PlayableCopies:
    """What browsers can show of clips; copies lie beside the thumbnails."""
    return _playable(outputs_folder() / ".thumbs")


@st.cache_resource(show_spinner=False)
def _playable(folder: Path) -> PlayableCopies:
    return PlayableCopies(folder)


@st.cache_data(show_spinner=False, ttl=5)
def listing(folder: Path) -> Listing:
    """What a folder holds, looked up again every few seconds. Raises `CompareError`."""
    return list_folder(folder)


def scenarios(folder: Path) -> list[Scenario]:
    """The clips of a folder. Raises `CompareError` where there is none."""
    return listing(folder).needed()


@st.cache_data(show_spinner=False, ttl=5)
def uploads(outputs: Path) -> list[Scenario]:
    """The clips that were dropped on the page."""
    return kept_uploads(outputs)


def clip(video: Path, scenario: str) -> Clip:
    """A clip as probed, once for each state of its file. Raises `CompareError`."""
    return probe(video, scenario)


def model_list() -> dict[str, ModelSpec]:
    """All models of the list, by name."""
    return _model_list(user_model_list())


@st.cache_data(show_spinner=False, ttl=10)
def _model_list(own: Path) -> dict[str, ModelSpec]:
    return load_models()


def pinned(names: tuple[str, ...]) -> list[ModelSpec]:
    """The models as they would be run: with a revision. Raises `CompareError` for a name that is not listed."""
    return _pinned(names, user_model_list())


@st.cache_data(show_spinner=False, ttl=10)
def _pinned(names: tuple[str, ...], own: Path) -> list[ModelSpec]:
    return resolve_models(names)


def missing(spec: ModelSpec) -> str:
    """Why a model can't be run on this machine and what to do, or nothing."""
    return str(access_problem(spec) or "")


def saved_run(row: RunRow) -> Run:
    """The record of a run, read once: a run never changes. Raises `CompareError` when it can't be read."""
    return _saved_run(outputs_folder(), row)


@st.cache_resource(show_spinner=False, max_entries=500)
def _saved_run(outputs: Path, row: RunRow) -> Run:
    return Store(outputs).load(row)


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Load the default models once the first page stands, where they are on this machine; a server does it once.

    Others are loaded when they are first run: a model that is only looked at must not push another out of memory.
    """
    names = tuple(name for name in default_models() if name in model_list())
    here = [spec for spec in pinned(names) if not missing(spec)]
    timer = threading.Timer(WARM_UP_AFTER_S, board().warm, [here])
    timer.daemon = True
    timer.start()


@st.cache_resource(show_spinner=False)
def opened_folders() -> set[str]:
    """The folders that people opened on this server: a link may name these, and no other."""
    return set()


def planned(clip: Clip, prompt: Prompt, settings: Settings, specs: tuple[ModelSpec, ...]) -> Comparison:
    """What would be asked, from the clip as probed. Raises `CompareError` for settings that don't suit the clip."""
    return Comparison(clip, prompt, settings, specs, plan_frames(clip, settings).times, {})
