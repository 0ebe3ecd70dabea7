"""A piece of a drawing: shapes and texts as SVG, and the boxes that they take. Texts are escaped here.

There is no script, no style and nothing from elsewhere in it: strict pages may show it. A text is told how
wide it is, so that it keeps its place where another font is at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

from bot.pictures.paragraphs import GAP, TextLine
from bot.pictures.picture import WIDTH

# Letters are made bold by an outline of so many units: their widths stay the same.
_BOLD = 0.5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that a text, or a `mark` of a date, takes, in units from the upper left corner."""

    x: float
    y: float
    width: float
    height: float
    what: str
    text: str = ""


@dataclass(slots=True)
class Piece:
    """Something drawn, from its own upper edge down; if `mirrored`, from the right side to the left."""

    mirrored: bool = False
    height: float = 0.0
    svg: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def texts(self, found: Sequence[TextLine], x: float, fill: str, *, bold: bool = False) -> None:
        """Put lines of text below what is there, each beginning at `x`."""
        for line in found:
            self.height += line.top
            self.text(line, x, self.height, fill, bold=bold)
            self.height += line.bottom + GAP

    def text(self, line: TextLine, x: float, y: float, fill: str, *, bold: bool = False) -> None:
        """Put one line of text with its letters standing at `y`."""
        if not line.text:
            return
        x = self._flipped(x, line.width)
        self.boxes.append(Box(x, y - line.top, line.width, line.top + line.bottom, "text", line.text))
        heavy = f' stroke="{fill}" stroke-width="{_BOLD}"' if bold else ""
        fits = f' textLength="{_n(line.width)}" lengthAdjust="spacingAndGlyphs"'
        self.svg.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(line.size)}" fill="{fill}"{heavy}{fits}>'
            f"{escape(line.directed)}</text>"
        )

    def rect(
        self, x: float, y: float, width: float, height: float, *, mark: bool = False, **attributes: object
    ) -> None:
        """Put a rectangle; one that is a `mark` stands for a date."""
        x = self._flipped(x, width)
        self.svg.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{_told(attributes)}/>'
        )
        if mark:
            self.boxes.append(Box(x, y, width, height, "mark"))

    def polygon(
        self, points: Sequence[tuple[float, float]], *, mark: bool = False, **attributes: object
    ) -> None:
        """Put a closed shape."""
        points = [(self._flipped(x, 0), y) for x, y in points]
        told = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.svg.append(f'<polygon points="{told}"{_told(attributes)}/>')
        if mark:
            xs, ys = [x for x, _y in points], [y for _x, y in points]
            self.boxes.append(Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), "mark"))

    def line(self, x: float, y: float, to_x: float, to_y: float, **attributes: object) -> None:
        """Put a straight line."""
        ends = (self._flipped(x, 0), y, self._flipped(to_x, 0), to_y)
        x1, y1, x2, y2 = map(_n, ends)
        self.svg.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{_told(attributes)}/>')

    def put(self, other: Piece) -> None:
        """Put another piece below what is there."""
        if other.svg:
            self.svg.append(f'<g transform="translate(0 {_n(self.height)})">{"".join(other.svg)}</g>')
            self.boxes += [replace(box, y=box.y + self.height) for box in other.boxes]
        self.height += other.height

    def _flipped(self, x: float, width: float) -> float:
        return WIDTH - x - width if self.mirrored else x


def attribute(value: object) -> str:
    """Return a value as an attribute holds it, with its quotation marks."""
    return quoteattr(str(value))


def _told(attributes: dict[str, object]) -> str:
    shown = {name.replace("_", "-"): _value(value) for name, value in attributes.items()}
    return "".join(f" {name}={attribute(value)}" for name, value in shown.items())


def _value(value: object) -> str:
    return _n(value) if isinstance(value, float) else str(value)


def _n(value: float) -> str:
    """Return a number of units with no more digits than can be seen."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
