"""Open the engine of a model. torch and transformers are imported here, on first use, and not before."""

from collections.abc import Callable, Iterator
from importlib import metadata

from cosmos_compare.catalogue.hub import access_problem, local_folder, small_files
from cosmos_compare.catalogue.models import is_server
from cosmos_compare.engines.base import Engine
from cosmos_compare.engines.replicas import Spread
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.machine.facts import with_room
from cosmos_compare.machine.known_faults import refuse_wrong_version
from cosmos_compare.records.schema import ModelSpec

PATIENCE = 30.0  # seconds, many times what preparing takes


def load_engine(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
    """Load a model's weights, on the card with most room; `make_room` is called first when they fit on none.

    Raises `CompareError` with the next step when the weights are not on this machine, fit on no card, or can't be
    loaded.
    """
    if is_server(spec):
        return _load_server(spec)
    if problem := access_problem(spec):
        raise problem
    refuse_wrong_version("transformers", metadata.version("transformers"), spec)
    folder = local_folder(spec)
    assert folder is not None
    from cosmos_compare.engines.local import loading, opening, placement  # the one place where heavy libraries come in

    needed = with_room(loading.memory_bytes(folder))
    if placement.shortage(placement.cards(), needed):
        make_room()
    if found := placement.shortage(placement.cards(), needed):
        raise CompareError(
            "{label} does not fit on any card now. {found}",
            "Close what else uses the cards (another window of this program, say), or choose a smaller model.",
            label=spec.label,
            found=found,
        )
    return opening.open_engine(spec, folder, placement.best_card(placement.cards(), needed))


def load_prepared_engine(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
    """The same, and wait for the fast path: for programs whose answers have nobody who could read them meanwhile."""
    engine = load_engine(spec, make_room)
    engine.prepare_fast(PATIENCE)
    return engine


def load_on_every_card(models: int) -> Spread:
    """Loads so many models for a batch: each once, and then again on every card that has room for it."""
    return Spread(models, load_prepared_engine, load_more)


def load_more(spec: ModelSpec, there: str) -> Iterator[Engine]:
    """Prepared engines of a model on the cards that have room for it and are not named in `there`."""
    if is_server(spec):
        return
    folder = local_folder(spec)
    assert folder is not None
    from cosmos_compare.engines.local import loading, opening, placement

    for card in placement.free_cards(placement.cards(), with_room(loading.memory_bytes(folder)), there):
        replica = opening.open_engine(spec, folder, card)
        replica.prepare_fast(PATIENCE)
        yield replica


def _load_server(spec: ModelSpec) -> Engine:
    """The engine of a model behind servers, with what its prompt is counted with, where that can be had."""
    from cosmos_compare.engines.server.engine import ServerEngine

    if not spec.server or not spec.server.addresses:
        raise CompareError(
            "{name}: a run keeps no whole address of a server, only {source}.",
            "Put the model into models.yaml with its address, and ask again.",
            name=spec.name,
            source=spec.source,
        )
    if spec.vision.clock == "unknown":
        if not spec.server.unverified:
            raise CompareError(
                "{name}: what its own processor makes of the frames can't be asked for over the network.",
                "Its weights are asked here (NAME=FOLDER). Or --unverified takes its answers as they are, each of them "
                "marked.",
                name=spec.name,
                field="models",
            )
        return ServerEngine(spec, None, Text("how this kind of model is told the time is not known here"))
    counter, doubt = None, Text("its entry names no tokenizer")
    try:
        if folder := small_files(spec):
            from cosmos_compare.engines.local.prompt_ids import PromptCounter

            counter = PromptCounter(folder, spec.vision)
    except CompareError as error:
        doubt = error.text
    return ServerEngine(spec, counter, doubt)
