"""What all records are, and the bounds of their fields. Imports nothing of ours."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def fits_a_disk(path: str) -> str:
    """Asking whether a path is there may fail for one that no file system can hold."""
    if "\0" in path or any(len(part.encode()) > 255 for part in path.split("/")):
        raise ValueError("is no path that a disk can hold")
    return path


# Bounds that nothing real reaches: a record from a stranger must not make a page compute or draw without end.
FolderName = Annotated[str, Field(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]*$", max_length=255)]
FilePath = Annotated[str, Field(max_length=4096), AfterValidator(fits_a_disk)]
Line = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=20_000_000)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")]
Count = Annotated[int, Field(ge=0, le=10**12)]
Size = Annotated[int, Field(ge=1, le=10**9)]
Side = Annotated[int, Field(ge=1, le=10**5)]
Seconds = Annotated[float, Field(ge=0, le=10**9)]
ClipTime = Annotated[float, Field(ge=-(10**9), le=10**9)]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False)

    added_later: ClassVar[frozenset[str]] = frozenset()

    def determining(self) -> dict[str, Any]:
        """The fields as keys of runs take them: those in `added_later` are left out at their default, so that a new
        field never asks again what was answered before."""
        fields = type(self).model_fields
        values = {name: getattr(self, name) for name in fields}
        return {
            name: value.determining() if isinstance(value, Record) else value
            for name, value in values.items()
            if not (name in self.added_later and value == fields[name].default)
        }
