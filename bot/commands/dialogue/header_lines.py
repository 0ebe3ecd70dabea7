"""Header lines: `who: ...`, `source: ...` under a text, as moderators write a fact at once. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from bot.errors import UserError
from bot.parsing.matching import suggestions
from bot.texts import _
from storage.domain.names import clean

_HEADER = re.compile(r"([A-Za-z][A-Za-z ]{0,15}?)\s*:(?:\s++|$)(.*)")
# These may be given several times; any other given twice is a mistake.
SEVERAL = frozenset({"figure"})
MANY = 1_000_000


class Headed(NamedTuple):
    """A text and the header lines under it, or a modal's values in their place."""

    text: str = ""
    headers: Mapping[str, str] = MappingProxyType({})

    def texts(self, **others: str | None) -> dict[str, str]:
        """Return the headers and other given texts, by name. Raises UserError for a duplicate."""
        given = {name: text for name, text in others.items() if text}
        for name in given.keys() & self.headers.keys():
            raise UserError(_("“{name}:” is given twice: leave one of the two out.", name=name))
        return {**self.headers, **given}


def read(text: str, known: Collection[str], *, colons: int = MANY) -> Headed:
    """Return the text before the first header line, and the headers by name.

    A line without a known name continues the one above it. The first `colons` lines of the text
    itself may hold a colon of their own; a misspelt known name is refused even so. Raises
    UserError for an unknown name among the headers, and for one that is given twice.
    """
    above: list[str] = []
    headers: dict[str, list[str]] = {}
    last: str | None = None
    for line in text.split("\n"):
        name, value = _header(line)
        if name in known:
            if name in headers and name not in SEVERAL:
                raise UserError(_("“{name}:” is given twice: leave one of the two out.", name=name))
            headers.setdefault(name, []).append(value)
            last = name
        elif last is None and (not name or len(above) < colons):
            _refuse_slip(name, known)
            above.append(line)
        elif name and " " not in name:
            raise UserError(_unknown(name, known))
        else:
            headers[last or ""][-1] += f" {line.strip()}"
    return Headed(
        " ".join(" ".join(above).split()),
        # A value of invisible signs alone is none.
        {name: "\n".join(map(clean, values)) for name, values in headers.items()},
    )


def only(text: str, known: Collection[str]) -> dict[str, str]:
    """Return the headers of a text that must hold nothing else. Raises UserError as `read` does."""
    above, given = read(text, known)
    if above:
        raise not_understood(above, known)
    return dict(given)


def not_understood(text: str, known: Collection[str]) -> UserError:
    """Return the refusal of a text where only header lines are allowed."""
    return UserError(
        _("“{text}” is not understood: begin each line with one of {known}.",
          text=text[:60], known=", ".join(f"{name}:" for name in known))
    )  # fmt: skip


def _header(line: str) -> tuple[str, str]:
    match = _HEADER.fullmatch(line.strip())
    return (match[1].casefold(), match[2]) if match else ("", "")


def _refuse_slip(name: str, known: Collection[str]) -> None:
    """Refuse a header whose name is misspelt; it would otherwise become part of the text above."""
    if name and " " not in name and suggestions(name, known, 1):
        raise UserError(_unknown(name, known))


def _unknown(name: str, known: Collection[str]) -> str:
    near = suggestions(name, known, 1)
    if near:
        return _("There is no line “{name}:”. Did you mean “{near}:”?", name=name, near=near[0])
    return _("There is no line “{name}:”; there are: {known}.", name=name, known=", ".join(known))
