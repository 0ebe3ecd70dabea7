"""Values and rows as the record knows them, whichever engine they come from: see `database.Row`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from psycopg import Connection
from psycopg._cursor_base import BaseCursor
from psycopg.abc import DumperKey, PyFormat
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.postgres import types
from psycopg.pq import Format
from psycopg.types.numeric import Int8Dumper, NumericBinaryLoader
from psycopg.types.string import StrDumper

from storage.domain.errors import Refused
from storage.engines.values import Values

NUL = "A text holds a character (NUL) that cannot be kept: take it out and try again. Nothing was changed"


class Named(tuple[Any, ...]):
    """A row whose values are found by place or by name; each list of names has a class of its own."""

    __slots__ = ()
    places: dict[str, int] = {}  # noqa: RUF012  # reason: each subclass has its own, and never changes it

    def __getitem__(self, key: Any) -> Any:
        if type(key) is str:
            if key not in self.places:
                raise IndexError(f"no value is named {key}")
            key = self.places[key]
        return tuple.__getitem__(self, key)

    def keys(self) -> list[str]:
        """Return the names of the values in order."""
        return list(self.places)


def rows(cursor: BaseCursor[Any, Any]) -> type[Named]:
    """Return what makes a row of the values of a cursor."""
    return _of(tuple(column.name for column in cursor.description or ()))


@lru_cache(1024)
def _of(names: tuple[str, ...]) -> type[Named]:
    # Of two values with one name the first is found by it, as on SQLite.
    places = {name: names.index(name) for name in names}
    return type("Named", (Named,), {"__slots__": (), "places": places})


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return _text(obj)


class _Whole(Int8Dumper):
    def dump(self, obj: int) -> Buffer | None:
        return b"%d" % obj


class _List(Dumper):
    """A list that is empty, and stands for any; see `upgrade` for the others."""

    def get_key(self, obj: Any, _format: PyFormat) -> DumperKey:
        return (self.cls, type(obj[0])) if obj else self.cls

    def upgrade(self, obj: Any, _format: PyFormat) -> Dumper:
        if not obj:
            return self
        kind = _Pairs if isinstance(obj[0], tuple) else _Texts if isinstance(obj[0], str) else _Wholes
        return kind(self.cls)

    def dump(self, _obj: Any) -> Buffer | None:
        return b"{}"


class _Wholes(_List):
    oid = types["int8"].array_oid

    def dump(self, obj: Any) -> Buffer | None:
        return b"{%b}" % b",".join(b"%d" % each for each in obj)


class _Texts(_List):
    oid = types["text"].array_oid

    def dump(self, obj: Any) -> Buffer | None:
        return b"{%b}" % b",".join(
            b'"%b"' % _text(each).replace(b"\\", b"\\\\").replace(b'"', b'\\"') for each in obj
        )


class _Pairs(_List):
    oid = types["text"].oid

    def dump(self, obj: Any) -> Buffer | None:
        return _text(obj.as_json())


class _Truth(Loader):
    """0 or 1, as SQLite has it."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) in {b"t", b"\1"})


class _TruthBinary(_Truth):
    format = Format.BINARY


class _Number(Loader):
    """A sum of whole numbers, or a mean."""

    def load(self, data: Buffer) -> int | float:
        return _number(Decimal(bytes(data).decode()))


class _NumberBinary(NumericBinaryLoader):
    def load(self, data: Buffer) -> Any:
        return _number(super().load(data))


class _Json(Loader):
    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _JsonBinary(_Json):
    format = Format.BINARY


def adapt(connection: Connection[Any]) -> None:
    """Let a connection take and give values as the record knows them."""
    adapters = connection.adapters
    for kind, dumper in ((str, _Text), (int, _Whole), (bool, _Whole), (Values, _List)):
        adapters.register_dumper(kind, dumper)
    for name, loaders in (
        ("bool", (_Truth, _TruthBinary)),
        ("numeric", (_Number, _NumberBinary)),
        ("json", (_Json, _JsonBinary)),
    ):
        for loader in loaders:
            adapters.register_loader(name, loader)


def _text(text: str) -> bytes:
    if "\0" in text:
        raise Refused(NUL)
    return text.encode()


def _number(value: Decimal) -> int | float:
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)
