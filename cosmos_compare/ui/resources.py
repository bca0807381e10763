"""What all sessions of the server share: the store, the models' workers, decoded clips."""

from pathlib import Path

import streamlit as st

from cosmos_compare.engines.load import load_engine
from cosmos_compare.frame_cache import FrameCache
from cosmos_compare.jobs import Desk
from cosmos_compare.paths import outputs_folder
from cosmos_compare.store import Store


def store() -> Store:
    """The runs on disk, of the outputs folder that the environment names now."""
    return _store(outputs_folder())


@st.cache_resource(show_spinner=False)
def _store(outputs: Path) -> Store:
    return Store(outputs)


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The workers, one for each model in use."""
    return Desk(load_engine)


@st.cache_resource(show_spinner=False)
def frame_cache() -> FrameCache:
    return FrameCache()
