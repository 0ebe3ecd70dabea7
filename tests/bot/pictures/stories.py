"""Made-up stories to draw: of any length, with every stance, every kind of date, in several scripts."""

from __future__ import annotations

import random
from collections.abc import Sequence

from storage.domain.models import (
    Attribution,
    Entity,
    EntityKind,
    Fact,
    Relation,
    RelationKind,
    Source,
    SourceKind,
    Stance,
    Story,
)

DATES = (
    "2023-03-17", "2023-03", "2023", "2023-03-17?", "2023-03~", "2022%", "202X", "20XX", "2023-XX-15",
    "2023-05-XX", "2022-11/2023-02", "2023-06/..", "../2022-02-24", "2023-06/", "/2022-03", "[2022,2023]",
    "{2022-03,2022-05..2022-07}", "2023-21", "2022-24", "2023-34", "2023-07-18T09:30:00Z",
    "2023-03-01~/2023-03-10~", "XXXX-07-18", "XXXX-07", "../..", None,
)  # fmt: skip
WORDS = {
    "en": "the ferry harbour crew said that water rose before lifeboats left as nobody saw a warning".split(),
    "ar": "قال الحاكم إن السفينة غادرت الميناء قبل العاصفة ولم يسمع أحد التحذير من الشرطة".split(),
    "he": "הספינה עזבה את הנמל לפני הסערה ואיש לא שמע את האזהרה של המשטרה".split(),
    "ru": "паром вышел из порта до шторма и никто не слышал предупреждения полиции".split(),
}
NAMES = {"en": "Dee Ash", "ar": "ليلى حداد", "he": "דנה לוי", "ru": "Инна Краева"}


def story(language: str | None = "en", title: str = "The ferry that never came back") -> Story:
    """Return a story."""
    return Story(id=1, name="ferry", title=title, opened_at="2023-01-01T00:00:00Z", language=language)


def source(number: int, **more: object) -> Source:
    """Return a source with all that a citation shows."""
    told = {"publisher": f"Harbour Post {number}", "published": "2023-08-01", **more}
    return Source(id=number, story_id=1, ref=f"s{number}", kind=SourceKind.ARTICLE, **told)


def speaker(number: int, name: str) -> Entity:
    """Return somebody who speaks."""
    return Entity(id=number, story_id=1, ref=f"e{number}", kind=EntityKind.PERSON, name=name)


def fact(number: int, statement: str = "The ferry sank.", **more: object) -> Fact:
    """Return a fact, on the word of one speaker if nothing else is told."""
    told = {
        "attributions": (Attribution(source=source(1), speaker=speaker(1, "Dee Ash"), cue="said that"),),
        **more,
    }
    return Fact(id=number, story_id=1, ref=f"f{number}", statement=statement, **told)


def against(other: int, voice: Attribution) -> Relation:
    """Return the relation by which another fact in force stands against one."""
    kind = RelationKind.CONTRADICTS
    return Relation(kind=kind, other_id=other, outgoing=False, other_in_force=True, voice=voice)


def facts(count: int, language: str = "en", seed: int = 1) -> Sequence[Fact]:
    """Return facts with every stance and kind of date, some of them disputed or with several voices."""
    chance = random.Random(seed)
    words, stances = WORDS[language], list(Stance)
    made = []
    for number in range(1, count + 1):
        voices = tuple(
            Attribution(
                source=source(chance.randint(1, max(2, count // 4))),
                speaker=speaker(who := chance.randint(1, max(2, count // 6)), f"{NAMES[language]} {who}"),
                stance=stances[(number + each) % len(stances)],
                locator=f"¶{chance.randint(1, 40)}",
            )
            for each in range(chance.choice((1, 1, 1, 2, 4)))
        )
        when = chance.choice(DATES)
        statement = " ".join(chance.choices(words, k=chance.randint(4, 30)))
        opposed = chance.random() < 0.2
        made.append(
            fact(
                number,
                statement,
                attributions=voices,
                occurred=when,
                occasion="market day" if when is None else None,
                language=language,
                relations=(against(count + 1, voices[0]),) if opposed else (),
            )
        )
    return made
