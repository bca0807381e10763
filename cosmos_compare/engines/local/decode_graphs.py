"""Decoding on a GPU: one CUDA graph a step, for up to 16 answers that come and go between two steps.

A step draws the next token of each answer, and works out the logits behind it. The next one is launched before the
tokens are read, so the GPU never waits for the reader; what the step behind a last token works out is not used.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cosmos_compare.engines.local.batch_sampler import BatchSampler, Filters, filters_of
from cosmos_compare.engines.local.decode_step import DecodeStep
from cosmos_compare.engines.local.kv_pages import PAGE, PagedKVCache, PagePool
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import is_out_of_memory, on_stream, upload
from cosmos_compare.engines.local.prefill import triton_forward
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.prompt import TokenizedPrompt
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.engines.local.tile_search import fit_to_card
from cosmos_compare.engines.local.tiles import ROWS
from cosmos_compare.records.schema import Reused

NOTHING = 3000  # tokens of a prefix that is read for nothing
COMPANIES = (1, 4, 16)  # rows that there are graphs for
REPLAYS = 30  # of work that is timed
FILTERS: tuple[Filters, ...] = ("none", "likeliest", "all")


@dataclass(eq=False)
class GraphState:
    """A prompt that was read: its pages, and the logits (1, vocabulary) of the first token. `row` is its place in the
    steps, `length` the tokens that are in the pages or on their way there."""

    prompt: TokenizedPrompt
    kv_cache: PagedKVCache
    logits: torch.Tensor
    read: Any  # the event behind the reading
    row: int = -1
    length: int = 0


@dataclass(frozen=True)
class Ticket:
    """Tokens on their way to the program."""

    rows: list[int]
    tokens: torch.Tensor
    arrived: Any


class GraphDecoder:
    """A `Decoder` with kernels of our own. Without a GPU the same runs as it is, by Triton's interpreter, for tests."""

    name = "graphs"
    ahead = True

    def __init__(self, model: Any, prefix_cache: PrefixCache, reading: Any, stream: Any, slots: int) -> None:
        """Prompts are read on the stream `reading`, steps are on `stream`. Raises `ImportError` where there is no
        Triton, and `NotImplementedError` for a model that the kernels don't fit."""
        self.model, self.prefix_cache = model, prefix_cache
        self.reading, self.stream = reading, stream
        self.slots = self.few = min(slots, ROWS)
        self.forward = triton_forward(model)
        self.pool = PagePool(model.config.text_config, model.dtype, model.device)
        self.pool.streams = [used for used in (reading, stream) if used]
        token = torch.zeros(ROWS, dtype=torch.long, device=model.device)
        self.step = DecodeStep(model, self.pool, token)
        self.sampler = BatchSampler(self.step.logits.shape[1], self.step.position)
        self.step.token = self.sampler.tokens
        self.rows: list[Sequence | None] = [None] * self.slots
        self.graphs: dict[Hashable, Any] = {}
        self.graph_pool = torch.cuda.graph_pool_handle() if stream else None

    # What is done once.

    def warm_up(self, closing: Callable[[], bool]) -> None:
        """Compile all kernels and record the graphs, by steps in which nobody is."""
        with on_stream(self.model.device, self.reading):
            self._read_nothing()
        if self.stream:
            fit_to_card(self.step, torch.cuda.get_device_name(self.model.device), self.milliseconds, closing)
        for count in COMPANIES:
            for filters in FILTERS:
                if closing():
                    return
                self._step(count, filters)
                if self.stream:
                    self._capture((count, filters), partial(self._step, count, filters))

    def _read_nothing(self) -> None:
        """A prefix and a question of zeros, so that a first answer waits for no library that sets itself up."""
        if not self.reading:
            return
        self.forward.vision.warm_up()  # type: ignore[attr-defined]
        kv_cache, width = PagedKVCache(self.pool), self.model.config.text_config.hidden_size
        for count in (NOTHING, 32):
            hidden = torch.zeros((count, width), dtype=self.model.dtype, device=self.model.device)
            positions = torch.arange(kv_cache.filled, kv_cache.filled + count, device=self.model.device)
            hidden = self.forward.text(hidden, positions.expand(3, 1, -1), kv_cache)
            self.forward.text.logits(hidden[-1:], self.model.lm_head)
        kv_cache.empty()
        self.reading.synchronize()

    def milliseconds(self, work: Callable[[], Any]) -> float:
        """Of some work on the stream of the steps, in a graph, as it will be done."""
        work()
        self._capture("tried", work)
        graph = self.graphs.pop("tried")
        graph.replay()
        self.stream.synchronize()
        start = time.perf_counter()
        for _ in range(REPLAYS):
            graph.replay()
        self.stream.synchronize()
        return (time.perf_counter() - start) * 1000 / REPLAYS

    def close(self) -> None:
        """Forget the model, the graphs and the pages."""
        self.graphs.clear()
        del self.model, self.prefix_cache, self.forward, self.step, self.sampler, self.pool

    def _capture(self, key: Hashable, function: Callable[[], None]) -> None:
        self.stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        graph.capture_begin(pool=self.graph_pool, capture_error_mode="thread_local")
        try:
            function()
        finally:
            graph.capture_end()
        self.graphs[key] = graph

    def _step(self, count: int, filters: Filters) -> None:
        """Draw, read the tokens, and move on: what a graph holds."""
        self.sampler.sample(self.step.logits, count, filters)
        self.step(count)
        self.step.position.add_((self.step.position >= 0).to(torch.int32))

    # What is done for each prompt, on the stream of reading.

    def prefill(self, prompt: TokenizedPrompt) -> tuple[GraphState, Reused]:
        kv_cache = PagedKVCache(self.pool)
        try:
            reused = self.prefix_cache.prefill(prompt, kv_cache, self.forward)
            logits = self.forward.prefill_question(prompt, kv_cache)
        except BaseException:
            if self.reading:
                self.reading.synchronize()
            kv_cache.empty()
            raise
        state = GraphState(prompt, kv_cache, logits.float(), self._event(), length=prompt.inputs.prompt_tokens)
        return state, reused

    def release(self, state: GraphState) -> None:
        if state.read is not None:
            state.read.synchronize()  # its pages are still being written: the steps of others must not get them before
        state.kv_cache.empty()

    # What is done between two steps, on their stream.

    def join(self, sequence: Sequence) -> None:
        state: GraphState = sequence.state
        row = self.rows.index(None)
        with on_stream(self.model.device, self.stream):
            if self.stream:
                self.stream.wait_event(state.read)
                for tensor in (state.logits, state.prompt.ids):
                    tensor.record_stream(self.stream)  # its memory is not reused before these steps are done
            self.sampler.start(row, state.prompt.request.sampling, state.prompt.ids)
            self.step.logits[row].copy_(state.logits[0])
            numbers = torch.tensor([state.length, state.prompt.delta], dtype=torch.int32)
            place, delta = upload(numbers, self.model.device)
            self.step.position[row].copy_(place)
            self.step.delta[row].copy_(delta)
            self._write_pages(row, 0, state.kv_cache.pages)
        state.row = row
        self.rows[row] = sequence
        self._share()

    def leave(self, sequence: Sequence) -> None:
        state: GraphState = sequence.state
        with on_stream(self.model.device, self.stream):
            self.step.position[state.row].fill_(-1)
        self.rows[state.row] = None
        self._share()
        self.release(state)

    def launch(self, sequences: list[Sequence]) -> Ticket:
        states: list[GraphState] = [sequence.state for sequence in sequences]
        with on_stream(self.model.device, self.stream):
            for state in states:
                self._make_room(state)
            # All that are in rows take part, also those whose last token is on its way: theirs is not used.
            present = [sequence for sequence in self.rows if sequence]
            for sequence in present:
                if sequence not in sequences:
                    self._make_room(sequence.state)
            count = next(size for size in COMPANIES if size > max(sequence.state.row for sequence in present))
            needed = {filters_of(sequence.prompt.request.sampling) for sequence in present}
            filters: Filters = "all" if "all" in needed else "likeliest" if "likeliest" in needed else "none"
            graph = self.graphs.get((count, filters))
            if graph is not None:
                graph.replay()
            else:
                self._step(count, filters)
            for sequence in present:
                sequence.state.length += 1
            return Ticket([state.row for state in states], *self._post())

    def collect(self, ticket: Ticket) -> list[int]:
        if ticket.arrived is not None:
            ticket.arrived.synchronize()
        tokens = ticket.tokens.tolist()
        return [tokens[row] for row in ticket.rows]

    def _share(self) -> None:
        """Answers on one prefix have its whole pages in common."""
        groups: dict[tuple[int, int], list[int]] = {}
        prefixes = {}
        for row, sequence in enumerate(self.rows):
            if sequence:
                state: GraphState = sequence.state
                prefixes[row] = state.prompt.inputs.prefix_tokens // PAGE * PAGE
                groups.setdefault((state.kv_cache.pages[0], prefixes[row]), []).append(row)
        with on_stream(self.model.device, self.stream):
            self.step.share(list(groups.values()), prefixes)

    def _make_room(self, state: GraphState) -> None:
        """For the key and value of the token that comes now."""
        known = len(state.kv_cache.pages)
        try:
            new = state.kv_cache.reserve(state.length + 1)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            self.prefix_cache.kept.clear()  # what is kept for other questions goes first
            new = state.kv_cache.reserve(state.length + 1)
        if new:
            self._write_pages(state.row, known, new)

    def _write_pages(self, row: int, first: int, pages: list[int]) -> None:
        there = upload(torch.tensor(pages, dtype=torch.long), self.model.device)
        self.step.table[row, first : first + len(pages)].copy_(there)

    def _post(self) -> tuple[torch.Tensor, Any]:
        """The tokens of this step on their way to the program, and the event behind them."""
        if not self.stream:
            return self.sampler.tokens.clone(), None
        tokens = torch.empty(ROWS, dtype=torch.long, pin_memory=True)
        tokens.copy_(self.sampler.tokens, non_blocking=True)
        self.pool.last_step = self._event()
        return tokens, self.pool.last_step

    def _event(self) -> Any:
        if not self.stream:
            return None
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        return event
