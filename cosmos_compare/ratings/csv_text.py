"""The bytes of a CSV file as lines of text, in whatever a spreadsheet or an editor saved them.

Known are UTF-8, UTF-16 with and without a mark, Windows-1252 and, with the line ends of old Macs, Mac Roman.
"""

import io
import re
from typing import NamedTuple

UTF_8 = b"\xef\xbb\xbf"
BOMS = {UTF_8: "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class Form(NamedTuple):
    """How a file is written: its code, the mark it begins with, and what ends its lines."""

    encoding: str = "utf-8"
    bom: bytes = b""
    newline: str = "\n"

    @property
    def foreign(self) -> bool:
        """Whether it must be written anew before rows can be added, which are UTF-8 and end in a line feed."""
        return self.encoding != "utf-8" or self.newline == "\r"


def form_of(head: bytes) -> Form:
    """The form of a file, from its beginning."""
    bom = next((bom for bom in BOMS if head.startswith(bom)), b"")
    encoding = BOMS.get(bom) or _unmarked_wide(head) or "utf-8"
    if encoding.startswith("utf-16"):
        text = head[len(bom) :].decode(encoding, errors="replace")
        return Form(encoding, bom, _newline(text))
    newline = _newline(head.decode("latin-1"))
    if not bom and not _is_utf8(head) and not _is_damaged_utf8(head):
        encoding = "mac_roman" if newline == "\r" else "cp1252"
    return Form(encoding, bom, newline)


def to_lines(data: bytes, form: Form) -> list[str]:
    """Lines with their line breaks, which may be of any kind. Bytes that mean nothing survive as lone surrogates."""
    if form.encoding.startswith("utf-16"):
        even = data[: len(data) // 2 * 2]
        return _split(even.decode(form.encoding, errors="surrogatepass").removeprefix("\ufeff"))
    try:
        return _split(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [_line(chunk, form) for chunk in data.removeprefix(UTF_8).splitlines(keepends=True)]


def size_of(data: bytes, count: int) -> int:
    """How many bytes the first `count` lines of `data` take, which is UTF-8, with the mark at its beginning."""
    return sum(map(len, data.splitlines(keepends=True)[:count]))


def ends_line(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def _line(chunk: bytes, form: Form) -> str:
    try:
        return chunk.decode()
    except UnicodeDecodeError:
        # A line with some good UTF-8 in it is not of another code, but damaged.
        code = form.encoding if form.encoding != "utf-8" else "cp1252"
        damaged = form.encoding == "utf-8" and (form.bom or _is_damaged_utf8(chunk))
        return chunk.decode("utf-8" if damaged else code, errors="surrogateescape")


def _split(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _newline(text: str) -> str:
    """What ends lines in a file: a carriage return where there is nothing else."""
    return "\r" if "\r" in text and "\n" not in text else "\n"


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.end >= len(head) - 3 and error.reason == "unexpected end of data"
    return True


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 hold as many good characters of it as bad ones: by chance that is rare."""
    good = len(_MULTIBYTE.findall(data))
    bad = sum(byte > 127 for byte in _MULTIBYTE.sub(b"", data))
    return 0 < good >= bad


def _unmarked_wide(head: bytes) -> str:
    """UTF-16 without a mark: the names of the columns are ASCII, so every other byte is zero."""
    begin = head[:40]
    if len(begin) < 8 or begin.count(0) != len(begin) // 2:
        return ""
    return "utf-16-le" if not any(begin[1::2]) else "utf-16-be" if not any(begin[::2]) else ""
