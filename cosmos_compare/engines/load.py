"""Open the engine of a model. torch and transformers are imported here, on first use, and not before."""

from collections.abc import Callable

from cosmos_compare.catalogue.checkpoint import weights_bytes
from cosmos_compare.catalogue.hub import access_problem, local_folder
from cosmos_compare.engines.base import Engine
from cosmos_compare.machine.facts import with_room
from cosmos_compare.schema import ModelSpec

PATIENCE = 30.0  # seconds, many times what preparing takes


def load_engine(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
    """Load a model's weights; `make_room` is called first when they don't fit in the free GPU memory.

    Raises `CompareError` with the next step when the weights are not on this machine or can't be loaded.
    """
    if problem := access_problem(spec):
        raise problem
    folder = local_folder(spec)
    assert folder is not None
    from cosmos_compare.engines.local import engine, memory  # the one place where the heavy libraries come in

    free = memory.free_bytes()
    if free is not None and with_room(weights_bytes(folder)) > free:
        make_room()
    return engine.LocalEngine(spec, folder)


def load_prepared_engine(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
    """The same, and wait for the fast path: for programs whose answers have nobody who could read them meanwhile."""
    engine = load_engine(spec, make_room)
    engine.prepare_fast(PATIENCE)
    return engine
