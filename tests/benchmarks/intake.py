"""How well attributions are found in articles: on annotated ones, where they are there.

FOLDER (attribution-dev) holds text/NAME.txt and attributions/NAME_*.ann, of which the first annotator's
file is the measure. Speech only: word tokens; drafts are matched to annotations one to one, the best
overlap of content first; *found* is a Dice of the contents of at least 0.5, *with speaker* of the sources
as well. Precision is that of drafts whose cue is a plain reporting verb, against all annotations; recall
that of annotations with such a cue.
"""

from __future__ import annotations

import re
import resource
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.intake.finding.drafts import Draft, Tier
from bot.intake.finding.finding import find
from bot.intake.reading.plain import read_plain
from bot.intake.speech.layout import Span
from tests.benchmarks.report import Finding, at_least, at_most, figure, heading

ENOUGH = 0.5
_WORD = re.compile(r"\w+(?:[’'.\-]\w+)*")
_PLAIN_CUE = re.compile(
    r"\b(sa(y|ys|id|ying)|t(ell|ells|old|elling)|add(s|ed|ing)?|wr(ite|ites|ote|iting)|ask(s|ed|ing)?"
    r"|according to|not(es|ed|ing)|report(s|ed|ing)?|announc(e|es|ed|ing)|argu(e|es|ed|ing)"
    r"|claim(s|ed|ing)?|stat(es|ed|ing)|explain(s|ed|ing)?|tweet(s|ed|ing)?|insist(s|ed|ing)?"
    r"|warn(s|ed|ing)?|suggest(s|ed|ing)?|repl(y|ies|ied)|respond(s|ed)?|acknowledg(e|es|ed|ing)"
    r"|den(y|ies|ied|ying)|declar(e|es|ed|ing)|confirm(s|ed|ing)?)\b"
)
Parts = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft beside the annotations: whether it was said there, and by whom it says."""

    article: str
    tier: Tier
    said: bool
    right: bool
    grounds: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts over articles, with and without the speaker."""

    drafts: int = 0
    wanted: int = 0
    precise: Counter[str] = field(default_factory=Counter)
    recalled: Counter[str] = field(default_factory=Counter)

    def f1(self, what: str) -> float:
        """Return the harmonic mean of precision and recall."""
        precision, recall = self.precise[what] / self.drafts, self.recalled[what] / self.wanted
        return 2 * precision * recall / (precision + recall)


def measure(folder: Path) -> list[Finding]:
    """Find attributions in each article, by the parser and by patterns, and compare with the annotations."""
    heading("Intake: attributions in annotated articles")
    find("Ann Reed said that it rained.", [(0, 29)])  # loads the parser
    seconds: list[float] = []
    tally, rows = _measured(folder, parser=True, seconds=seconds)
    plain, _rows = _measured(folder, parser=False, seconds=[])
    sure = [row for row in rows if row.tier is Tier.CONFIDENT]
    print(f"{len(rows)} drafts, {tally.drafts} with a plain cue, {tally.wanted} annotations with one")
    for tier in Tier:
        held = [row for row in rows if row.tier is tier]
        said, right = (statistics.mean(getattr(row, each) for row in held) for each in ("said", "right"))
        share = len(held) / len(rows)
        print(f"{tier.value}: {share:.3f} of the drafts; said there {said:.3f}, with speaker {right:.3f}")
    missed = 1 - tally.recalled["said"] / tally.wanted
    print(f"annotations with a plain cue that no draft holds: {missed:.3f}\n")
    return [
        at_least("attributions found, F1", tally.f1("said"), 0.87),
        at_least("attributions found with their speaker, F1", tally.f1("right"), 0.80),
        at_least("confident drafts: right with speaker", statistics.mean(row.right for row in sure), 0.92),
        at_least("confident drafts: share of all", len(sure) / len(rows), 0.60),
        at_least("attributions found by patterns alone, F1", plain.f1("said"), 0.72),
        at_most("one article, p95 / 1 s", statistics.quantiles(seconds, n=20)[-1], 1),
        Finding(
            "memory of the process, MB", figure(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        ),
    ]


def judged(folder: Path) -> list[Judged]:
    """Return every draft of the articles, judged."""
    return _measured(folder, parser=True, seconds=[])[1]


def _measured(folder: Path, *, parser: bool, seconds: list[float]) -> tuple[Tally, list[Judged]]:
    tally, rows = Tally(), []
    for path in sorted((folder / "text").glob("*.txt")):
        text = path.read_bytes().decode("utf-8")
        began = time.perf_counter()
        found = find(text, read_plain(text).spans, parser=parser)
        seconds.append(time.perf_counter() - began)
        rows += _compare(path.stem, text, annotated(folder, path.stem), found.drafts, tally)
    return tally, rows


def _compare(
    name: str, text: str, wanted: list[Parts], drafts: Sequence[Draft], tally: Tally
) -> Iterator[Judged]:
    """Count an article's drafts, and yield each as judged."""
    found: list[Parts] = [
        {"source": each.source, "cue": each.cue, "content": each.content} for each in drafts
    ]
    plain = [each for each in found if _is_plain(text, each)]
    aimed = [each for each in wanted if _is_plain(text, each)]
    tally.drafts += len(plain)
    tally.wanted += len(aimed)
    for counter, left, right in ((tally.precise, wanted, plain), (tally.recalled, aimed, found)):
        for _one, _other, same in matches(text, left, right):
            counter.update(said=1, right=int(same))
    judged_as = {other: same for _one, other, same in matches(text, wanted, found)}
    for number, draft in enumerate(drafts):
        yield Judged(name, draft.tier, number in judged_as, judged_as.get(number, False), draft.grounds)


def annotated(folder: Path, name: str) -> list[Parts]:
    """Return an article's annotations by its first annotator."""
    files = sorted((folder / "attributions").glob(f"{name}_*.ann"))
    spans: dict[str, list[Span]] = {}
    events: list[Parts] = []
    for line in files[0].read_text(encoding="utf-8").splitlines() if files else []:
        fields = line.split("\t")
        if line.startswith("T"):
            offsets = fields[1].split(" ", 1)[1]
            spans[fields[0]] = [Span(*map(int, part.split())) for part in offsets.split(";")]
        elif line.startswith("E"):
            event: dict[str, list[Span]] = defaultdict(list)
            for part in fields[1].split()[1:]:
                role, ref = part.split(":", 1)
                event[role.rstrip("0123456789").lower()] += spans.get(ref, [])
            events.append(event)
    return [event for event in events if event["content"]]


def matches(text: str, wanted: Sequence[Parts], found: Sequence[Parts]) -> Iterator[tuple[int, int, bool]]:
    """Yield which annotation each draft is, and whether their speakers agree, one to one."""
    words = [Span(*match.span()) for match in _WORD.finditer(text)]
    left, right = ([_held(words, each) for each in side] for side in (wanted, found))
    ranked = sorted(
        (
            (_dice(one["content"], other["content"]) + 0.01 * _dice(one["source"], other["source"]), i, j)
            for i, one in enumerate(left)
            for j, other in enumerate(right)
            if one["content"] & other["content"]
        ),
        reverse=True,
    )
    taken: set[tuple[str, int]] = set()
    for _score, i, j in ranked:
        enough = _dice(left[i]["content"], right[j]["content"]) >= ENOUGH
        if enough and taken.isdisjoint({("left", i), ("right", j)}):
            taken |= {("left", i), ("right", j)}
            yield i, j, _dice(left[i]["source"], right[j]["source"]) >= ENOUGH


def _held(words: Sequence[Span], parts: Parts) -> dict[str, set[int]]:
    return {
        name: {at for at, word in enumerate(words) for span in parts.get(name, ()) if word.overlaps(span)}
        for name in ("source", "content")
    }


def _dice(one: set[int], other: set[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _is_plain(text: str, parts: Parts) -> bool:
    return bool(_PLAIN_CUE.search(_words(text, parts.get("cue", ())).lower()))


def _words(text: str, spans: Iterable[Span]) -> str:
    return " ".join(span.of(text) for span in spans)
