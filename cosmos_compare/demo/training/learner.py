"""What is trained: a network, the heads that only training has, and their losses."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.training.architecture import HIDDEN, Architecture
from cosmos_compare.demo.training.network import Network
from cosmos_compare.demo.training.samples import COORDINATE
from cosmos_compare.demo.training.signals import SIGNALS
from cosmos_compare.demo.training.text_layers import Shapes
from cosmos_compare.demo.world.scene import KINDS

FAR = 5.0  # weight of how far off the boxes of cells are, as a share of the picture
NEAR = (0.04, 0.16, 0.6, 0.16, 0.04)  # what a coordinate's loss asks of the numbers two below to two above
Batch = dict[str, Tensor]


class Learner(nn.Module):
    """The network with the heads that only training has: what is where, and how it moves."""

    near: Tensor
    near_shares: Tensor

    def __init__(self, arch: Architecture, vocabulary: int, near: dict[int, list[int]]) -> None:
        """`near`: for the token of each number, those of the numbers about it, see `NEAR`."""
        super().__init__()
        self.network = Network(arch, vocabulary)
        table = torch.arange(vocabulary)[:, None].repeat(1, len(NEAR))
        table[list(near)] = torch.tensor(list(near.values()))
        self.register_buffer("near", table)
        self.register_buffer("near_shares", torch.tensor(NEAR))
        self.cells = nn.Linear(HIDDEN, len(KINDS))
        self.boxes = nn.Linear(HIDDEN, 4)
        self.states = nn.Linear(HIDDEN, len(SIGNALS))
        self.clock = nn.Linear(HIDDEN, 2)  # how long the clip has run, and when the event began
        for head in (self.cells, self.boxes, self.states, self.clock):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def losses(self, batch: Batch, shapes: Shapes) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Loss of the answers, of what each cell shows, of how things move; and logits of the answers."""
        hidden, merged = self.network(
            batch["ids"], batch["positions"], batch["source"], batch["segments"], batch["patches"], shapes
        )
        logits = self.network.lm_head(hidden.index_select(0, batch["at"])).float()
        chances = logits.log_softmax(-1)
        target, weights = batch["target"], batch["weights"]
        exact = -chances.gather(1, target[:, None])[:, 0]
        nearly = -(chances.gather(1, self.near[target]) * self.near_shares).sum(1)
        each = torch.where(weights == COORDINATE, nearly, exact)
        words = (each * weights).sum() / weights.sum()
        return words, self.cell_loss(batch, merged), self.motion_loss(batch, hidden), logits

    def cell_loss(self, batch: Batch, merged: Tensor) -> Tensor:
        """Whether each visual token sees what its cell holds, and the box of it in the later frame of its pair."""
        valid = batch["valid"]
        what = self.cells(merged).float()
        there = F.binary_cross_entropy_with_logits(
            what, batch["coverage"], pos_weight=torch.full((), 3.0, device=what.device), reduction="none"
        )
        has = batch["has_box"]
        far = (self.boxes(merged).float() - batch["cell_boxes"]).abs().mean(-1)
        what_loss: Tensor = (there.mean(dim=(1, 2)) * valid).sum() / valid.sum()
        where_loss: Tensor = (far * has).sum() / (has.sum() + 1)
        return what_loss + FAR * where_loss

    def motion_loss(self, batch: Batch, hidden: Tensor) -> Tensor:
        """Whether the last visual token of each pair knows speeds, states and times up to there."""
        here, valid, wanted = hidden.index_select(0, batch["last"]), batch["valid"], batch["signals"]
        state = self.states(here).float()
        moves = (state[:, :3] - wanted[:, :3]).abs().mean(-1)
        flags = F.binary_cross_entropy_with_logits(state[:, 3:], wanted[:, 3:], reduction="none").mean(-1)
        clock = (self.clock(here).float() - batch["clock"]).abs()
        known = torch.stack([valid, valid * wanted[:, -1]], dim=-1)
        state_loss: Tensor = ((moves + flags) * valid).sum() / valid.sum()
        clock_loss: Tensor = (clock * known).sum() / known.sum()
        return state_loss + clock_loss
