"""Taking in: a file or a folder becomes a set of items on disk, and each row that does not says why."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.formats.base import Read
from cosmos_compare.imports.formats.llava import ANSWERED
from cosmos_compare.imports.item import ImportedItem, ItemDraft, RowLeftOut, SetFacts
from cosmos_compare.imports.media import PICTURES, Media
from cosmos_compare.imports.pictures import make_clip
from cosmos_compare.imports.sets import ItemSet, checked_name, load_set, new_set, write_set
from cosmos_compare.imports.source import ImportWishes, Source, open_sources
from cosmos_compare.video.clips import scenario_id
from cosmos_compare.video.labels import LABEL

LISTED = 1000  # rows left out that a set names one by one
REASONS = 50  # that are told apart
_NUMBERS = re.compile(r"\d+")


def take_in(path: Path, outputs: Path, asked: ImportWishes) -> list[ItemSet]:
    """Read a file or a folder and keep its items under `outputs/imports`: one set, or one for each data set of an
    evaluation config. Raises `CompareError` where no row of one can be taken."""
    name = asked.name or _name_of(path)
    sources = open_sources(path, asked)
    names = _names(name, [own.name for own in sources])
    return [_take(path, outputs, own, source, asked) for own, source in zip(names, sources, strict=True)]


def _take(path: Path, outputs: Path, name: str, source: Source, asked: ImportWishes) -> ItemSet:
    root = path.absolute()
    with new_set(outputs, checked_name(name), root) as folder:
        taking = _Taking(Media(asked.media or source.media), folder, asked.image_fps)
        items = taking.items(source.drafts)
        why = reasons(taking.left_out)
        if not items:
            words = "; ".join(f"{count}× {reason}" for reason, count in list(why.items())[:3]) or "it holds no rows"
            raise CompareError(
                "{name}: none of {n} rows can be taken in: {why}.",
                "Clips are looked for below {folder}; name another one with --media DIR.",
                name=path.name,
                n=source.read,
                why=words,
                folder=taking.media.root,
            )
        facts = SetFacts(
            name=name,
            format=source.format,
            task=source.task,
            source=str(root),
            media=str(taking.media.root),
            created=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            read=source.read,
            left_out=tuple((own.row, own.why[:500]) for own in taking.left_out[:LISTED]),
            reasons=why,
            settings=source.settings,
        )
        write_set(folder, facts, items)
    return load_set(outputs, name)


def reasons(left_out: Sequence[RowLeftOut]) -> dict[str, int]:
    """How many rows were left out for which reason, the commonest first; what names one row is made general."""
    counts = Counter(_general(own.why) for own in left_out)
    found = dict(counts.most_common(REASONS))
    more = counts.total() - sum(found.values())
    return found | ({"other reasons": more} if more else {})


class _Taking:
    """One import at work: finds clips, makes those of images, and gathers what is left out."""

    def __init__(self, media: Media, folder: Path, image_fps: float) -> None:
        self.media = media
        self.folder = folder
        self.image_fps = image_fps
        self.left_out: list[RowLeftOut] = []
        self._made: dict[tuple[Path, ...], str] = {}
        self._seen: dict[tuple[object, ...], ImportedItem] = {}

    def items(self, drafts: Read) -> list[ImportedItem]:
        """The items of all drafts, each with a scenario's name of its own for each clip."""
        found: list[tuple[ItemDraft, str, bool]] = []
        for draft in drafts:
            if isinstance(draft, RowLeftOut):
                self.left_out.append(draft)
                continue
            try:
                found.append((draft, *self._video(draft)))
            except RowError as problem:
                self.left_out.append(RowLeftOut(draft.row, str(problem)))
        names = scenario_names([video for _, video, _ in found])
        items = [own for draft, video, made in found if (own := self._item(draft, video, made, names[video]))]
        self.left_out.sort(key=lambda own: own.row)
        return items

    def _video(self, draft: ItemDraft) -> tuple[str, bool]:
        """The clip of a draft, relative to the media folder, or below the set where it is made here."""
        if isinstance(draft.media, str):
            return self.media.find(draft.media).as_posix(), False
        images = tuple(self.media.find(name, PICTURES) for name in draft.media)
        if images not in self._made:
            number = f"{len(self._made) + 1}" if self._taken(draft.clip_name) else ""
            name = f"clips/{scenario_id(Path(draft.clip_name + '.mkv'))}{number and '-'}{number}.mkv"
            make_clip([self.media.root / image for image in images], self.folder / name, self.image_fps)
            self._made[images] = name
        return self._made[images], True

    def _taken(self, clip_name: str) -> bool:
        return (self.folder / f"clips/{scenario_id(Path(clip_name + '.mkv'))}.mkv").exists()

    def _item(self, draft: ItemDraft, video: str, made: bool, scenario: str) -> ImportedItem | None:
        """The item of a draft; None for one that is there already."""
        item = ImportedItem(
            id=f"{scenario}#{draft.row}{draft.part and '.'}{draft.part}",
            row=draft.row,
            scenario=scenario,
            video=video,
            made=made,
            start=draft.start,
            end=draft.end,
            fps=self.image_fps if made else None,
            system_prompt=draft.system_prompt,
            question=draft.question,
            options=dict(draft.options),
            right=draft.right,
            references=draft.references,
            category=draft.category,
            subcategory=draft.subcategory,
            truth=self._keep_truth(draft, scenario),
            keys=dict(draft.keys),
        )
        asked = sorted((name, value) for name, value in item.keys.items() if name != ANSWERED)
        first = self._seen.setdefault((video, item.start, item.end, item.question, *asked), item)
        if first is item:
            return item
        same = (first.right, first.references) == (item.right, item.references)
        what = "the same as row" if same else "another answer to the question of row"
        self.left_out.append(RowLeftOut(draft.row, f"{what} {first.row}"))
        return None

    def _keep_truth(self, draft: ItemDraft, scenario: str) -> str:
        if draft.truth is None:
            return ""
        name = f"truths/{scenario}{LABEL}"
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_text(json.dumps(draft.truth), encoding="utf-8")
        return name


def scenario_names(videos: Sequence[str]) -> dict[str, str]:
    """A name for each clip: that of its file, and with its folders where files of several share it."""
    own = {video: scenario_id(Path(video)) for video in videos}
    counts = Counter(name.casefold() for name in own.values())
    taken: set[str] = set()
    for video, name in own.items():
        if counts[name.casefold()] > 1:
            name = scenario_id(Path("-".join(Path(video).parts)))
        base, number = name, 2
        while name.casefold() in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name.casefold())
        own[video] = name
    return own


def _general(why: str) -> str:
    """A reason without what is particular to one row: quoted words, numbers and names of files."""
    words = re.sub(r"'[^']*'|\"[^\"]*\"", "…", why)
    words = re.sub(r"^\S*[/.]\S* is not below", "a clip is not below", words)
    return _NUMBERS.sub("N", words)[:200]


def _names(name: str, parts: Sequence[str]) -> list[str]:
    """A name for each set of a source, told apart by the names of its parts and, where these are alike, by number."""
    found: list[str] = []
    for part in parts:
        base = f"{name}-{_plain_name(part)}"[:60].rstrip("-_") if part else name
        found.append(
            next(own for n in range(1, len(parts) + 1) if (own := f"{base}-{n}" if n > 1 else base) not in found)
        )
    return found


def _name_of(path: Path) -> str:
    """A name for the set of a path: that of the file or folder."""
    resolved = path.absolute()
    return _plain_name(resolved.name if resolved.is_dir() else resolved.name.removesuffix(LABEL).rsplit(".", 1)[0])


def _plain_name(name: str) -> str:
    """In letters, digits, - and _."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:64] or "imported"
