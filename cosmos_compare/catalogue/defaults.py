"""Which two models to compare when nobody says: the Cosmos models where they are here and fit, else the demo pair."""

from collections.abc import Sequence

from cosmos_compare.catalogue.hub import local_folder
from cosmos_compare.catalogue.models import is_server, load_models
from cosmos_compare.machine import facts
from cosmos_compare.machine.facts import Machine, memory_needed, read_machine
from cosmos_compare.records.schema import ModelSpec

COSMOS = ("reason1", "reason2")
DEMO = ("reason1-demo", "reason2-demo")


def default_models() -> list[str]:
    """Names of two models of the list."""
    models = load_models()
    cosmos = [models[name] for name in COSMOS if name in models]
    here = [spec for spec in cosmos if not is_server(spec)]  # those behind servers need no room on this machine
    if len(cosmos) == len(COSMOS) and all(map(local_folder, here)) and (not here or fit_together(here, read_machine())):
        return list(COSMOS)
    return list(DEMO)


def fit_together(specs: Sequence[ModelSpec], machine: Machine) -> bool:
    """Whether the GPUs hold all these models at once. Without a GPU large models are too slow to be a default."""
    if not machine.uses_gpu or machine.model_memory is None:
        return False
    weights = [spec.memory_bytes or spec.size_bytes or 0 for spec in specs]
    needed = (memory_needed(spec, size, machine) for spec, size in zip(specs, weights, strict=True))
    return facts.fit_together(needed, machine)
