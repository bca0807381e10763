"""The two architectures for training: batched over a fixed grid, parameters named as the library names them.

A test holds the logits equal to the library's, through the real processors. Only what the demo checkpoints use is here.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.training.architecture import COLUMNS, HEAD, HIDDEN, TOKENS, Architecture
from cosmos_compare.demo.training.text_layers import Shapes, TextModel, question_masks
from cosmos_compare.demo.training.vision_tower import VisionTower


class Inner(nn.Module):
    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.visual = VisionTower(arch)
        self.language_model = TextModel(arch, vocabulary)


class Network(nn.Module):
    """One demo model. `state_dict` fits the library's model of the same architecture."""

    axis: Tensor
    frequency: Tensor

    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.arch = arch
        self.model = Inner(arch, vocabulary)
        self.lm_head = nn.Linear(HIDDEN, vocabulary, bias=False)
        if arch.tied:
            self.lm_head.weight = self.model.language_model.embed_tokens.weight
        self.register_buffer("axis", _axes(arch), persistent=False)
        frequency = 1.0 / (arch.theta ** (torch.arange(0, HEAD, 2, dtype=torch.float) / HEAD))
        self.register_buffer("frequency", frequency, persistent=False)
        self.apply(_initialise)

    def forward(
        self, ids: Tensor, positions: Tensor, source: Tensor, segments: Tensor, patches: Tensor, shapes: Shapes
    ) -> tuple[Tensor, Tensor]:
        """Last hidden states (tokens, HIDDEN) and the merged visual tokens (pairs, TOKENS, HIDDEN).

        The rows of all `shapes` (rows, length) lie one after the other: `ids` (tokens), `positions` (3, tokens);
        `source` (tokens) is the index of a visual token among all of the batch, −1 for text; `segments` (tokens) as in
        `samples.Row`; `patches` (pairs, PATCHES, pixels). Only attention must know where a row begins.
        """
        merged, deep = self.model.visual(patches)
        seen = (source >= 0)[:, None]
        # Where nothing is gathered the index must differ from token to token: thousands of equal ones would be added
        # up one after the other in the backward pass.
        spread = torch.arange(len(source), device=source.device)
        index = torch.where(source >= 0, source, spread % (merged.shape[0] * TOKENS))
        words = torch.where(source >= 0, spread % self.lm_head.out_features, ids)
        text = self.model.language_model
        x = torch.where(seen, merged.view(-1, HIDDEN).index_select(0, index), text.embed_tokens(words).to(merged.dtype))
        cos, sin = self.rotary(positions)
        masks = question_masks(segments, shapes, x.dtype)
        for k, layer in enumerate(text.layers):
            x = layer(x, cos, sin, shapes, masks)
            if k < len(deep):
                x = x + torch.where(seen, deep[k].view(-1, HIDDEN).index_select(0, index), 0.0)
        return text.norm(x), merged

    def rotary(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Each frequency turns with one of the three axes: time, row, column."""
        angles = positions.T.float()[:, self.axis] * self.frequency
        angles = torch.cat([angles, angles], dim=-1)[:, None]
        return angles.cos(), angles.sin()


def _axes(arch: Architecture) -> Tensor:
    axis = torch.zeros(HEAD // 2, dtype=torch.long)
    if arch.interleaved:
        for dim in (1, 2):
            axis[dim : 3 * arch.sections[dim] : 3] = dim
    else:
        t, h, _ = arch.sections
        axis[t : t + h], axis[t + h :] = 1, 2
    return axis


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


def positions(
    arch: Architecture, visual: Tensor, segments: Tensor, seconds_per_pair: Tensor, first: Tensor
) -> tuple[Tensor, Tensor]:
    """Positions (3, batch, length) and `source`, from where the visual tokens are.

    Text counts one step a token. A group of visual tokens begins where the text has come to and counts its steps in
    time, its rows and columns; afterwards the count goes on behind the largest of the three, see
    `engines.local.positions`. Reason1 has one group, whose time axis runs at two steps a second; reason2 a group for
    each pair of frames, with no steps in time. Each question goes on from where the frames end.

    `visual` (batch, length); `segments` (batch, length) are 0 up to the questions; `seconds_per_pair` (batch); `first`
    (batch) is the number of each row's first pair of frames among all of the batch.
    """
    number = torch.cumsum(visual, dim=1) - 1  # of the visual token within the sample
    text = torch.cumsum(~visual, dim=1)
    pair, cell = number.clamp(min=0) // TOKENS, number.clamp(min=0) % TOKENS
    longer = COLUMNS // 2
    done = (number + 1) // TOKENS  # pairs complete up to here
    if arch.manner == "driver":
        total = visual.sum(dim=1, keepdim=True)
        groups = ((number + 1) == total) & (total > 0)
        time = torch.floor(pair * (2.0 * seconds_per_pair[:, None])).long()
        lasts = time.amax(dim=1, keepdim=True) + 1  # two steps a second, so long clips outrun their width
        now = torch.where(visual, text, text - 1 + lasts.clamp(min=longer) * groups)
    else:
        time = torch.zeros_like(number)
        now = torch.where(visual, text + longer * pair, text - 1 + longer * done)
    place = torch.arange(segments.shape[1], device=segments.device).expand_as(segments)
    new = F.pad(segments[:, 1:] != segments[:, :-1], (1, 0))
    began = torch.where(new, place, 0).cummax(dim=1).values  # where the segment of each token begins
    now = now - torch.where(segments > 0, began - (segments == 0).sum(dim=1, keepdim=True), 0)
    row = torch.where(visual, now + cell // longer, now)
    column = torch.where(visual, now + cell % longer, now)
    result = torch.stack([torch.where(visual, now + time, now), row, column])
    return result, torch.where(visual, first[:, None] * TOKENS + number, -1)
