"""What may be asked of the API: path and query of each address, checked here and described from here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.web.data.problems import Refused, Wrong
from storage.domain import dates
from storage.domain.models import SourceKind, Stance

# Of a text to look for, and of what somebody is called.
LONGEST_TEXT = 200
MOST, USUAL = 100, 25
MOST_ROWS = 1_000
_CURSOR = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"\.[0-9]{6}Z_F(0|[1-9][0-9]{0,8})_(0|[1-9][0-9]{0,8})$"
)
_WHOLE = re.compile(r"[0-9]{1,9}")


def _whole(text: Any) -> Any:
    """Return a number that is written in digits alone."""
    if isinstance(text, str) and not _WHOLE.fullmatch(text):
        raise ValueError("digits")
    return text


def _has_days(text: str) -> str:
    """Refuse a date that stands for no days of a calendar."""
    if dates.span(dates.canonical(text)) is None:
        raise ValueError("days")
    return text


# Each description says what the value should be: refusals use it.
FactId = Annotated[
    str, Field(pattern=r"^F[1-9][0-9]{0,8}$", description="the id of a statement, like F7", examples=["F7"])
]
SourceId = Annotated[
    str, Field(pattern=r"^S[1-9][0-9]{0,8}$", description="the id of a source, like S1", examples=["S1"])
]
NameId = Annotated[
    str, Field(pattern=r"^E[1-9][0-9]{0,8}$", description="the id of a name, like E5", examples=["E5"])
]
StoryName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="the name of a story, as in its address",
        examples=["belarus"],
    ),
]
Text = Annotated[
    str, Field(min_length=1, max_length=LONGEST_TEXT, description=f"a text of at most {LONGEST_TEXT} letters")
]
Days = Annotated[
    str,
    AfterValidator(_has_days),
    Field(
        max_length=40,
        description="a date or a range in EDTF, like 2023-07, 2023/2024 or XXXX-07-18 (any year)",
        json_schema_extra={"format": "edtf"},
        examples=["2023-07-18/2023-08"],
    ),
]
Cursor = Annotated[
    str,
    Field(
        pattern=_CURSOR,
        description="a cursor that an answer gave",
        examples=["2024-01-04T09:30:00.000000Z_F7_2"],
    ),
]
Limit = Annotated[
    int, Field(ge=1, le=MOST, description=f"a whole number from 1 to {MOST}"), BeforeValidator(_whole)
]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(_whole)]


class Asked(BaseModel):
    """The parameters of one address; any other is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


A = TypeVar("A", bound=Asked)


class NothingAsked(Asked):
    """No parameters."""


class OneStory(Asked):
    """Which story."""

    story: StoryName


class OneFact(Asked):
    """Which statement."""

    id: FactId


class OneSource(Asked):
    """Which source."""

    id: SourceId


class OneName(Asked):
    """Which name."""

    id: NameId


class StoryAsked(OneStory):
    """A page of one story."""

    after: FactId | None = None
    limit: Limit = MOST


class StoriesAsked(Asked):
    """A page of the stories."""

    after: StoryName | None = None
    limit: Limit = USUAL


class Chosen(Asked):
    """Which statements: those that fit all that is given.

    Speaker, source, kind of source and stance must fit one and the same voice.
    """

    story: StoryName | None = None
    speaker: Annotated[
        Text | None, Field(description="the id of a name, like E5, or what somebody is called, as a speaker")
    ] = None
    source: SourceId | None = None
    stance: Annotated[Stance | None, Field(description="how a speaker stands to it")] = None
    kind: Annotated[SourceKind | None, Field(description="the kind of source that it is in")] = None
    date: Days | None = None
    text: Annotated[Text | None, Field(description="words that the statement or its sources hold")] = None
    after: Annotated[FactId | None, Field(description="the statement after which the page begins")] = None


class FactsAsked(Chosen):
    """A page of statements in force."""

    limit: Limit = USUAL


class RowsAsked(Chosen):
    """Rows of statements in force, one for each voice."""

    limit: Annotated[Rows, Field(description=f"a whole number of statements from 1 to {MOST_ROWS}")] = (
        MOST_ROWS
    )


class SourcesAsked(OneStory):
    """A page of a story's sources."""

    after: SourceId | None = None
    limit: Limit = USUAL


class NamesAsked(OneStory):
    """A page of what a story names, or what is called so."""

    text: Annotated[Text | None, Field(description="what somebody or something is called")] = None
    after: NameId | None = None
    limit: Limit = USUAL


class ChangesAsked(Asked):
    """Changes of one story or of all, after a cursor or from the beginning."""

    story: StoryName | None = None
    since: Cursor | None = None
    limit: Limit = USUAL


def number(identity: str) -> int:
    """Return the number of an id such as F7."""
    return int(identity[1:])


def target(path: str, asked: Asked, **more: str) -> str:
    """Return the target by which something is asked: the `path` with its parameters, and the query.

    The same question has the same target, however it was spelt. `more` are further parameters of the query.
    """
    given = asked.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    query = {name: value for name, value in given.items() if f"{{{name}}}" not in path} | more
    return path.format(**given) + (f"?{urlencode(query)}" if query else "")


def read(kind: type[A], path: Mapping[str, str], query: Iterable[tuple[str, str]]) -> A:
    """Return what is asked. Raises Refused: 404 where the path names nothing that can be, else 400."""
    values: dict[str, str] = dict(path)
    twice: list[str] = []
    for name, value in query:
        if name in values:
            twice.append(name)
        values[name] = value
    errors = [Wrong(parameter=_shown(name), detail="is given twice") for name in dict.fromkeys(twice)]
    try:
        asked = kind.model_validate(values)
    except ValidationError as error:
        found = [_told(kind, each) for each in error.errors(include_url=False, include_input=False)]
        if not errors and all(each.parameter in path for each in found):
            raise Refused(HTTPStatus.NOT_FOUND, "There is nothing at this address.") from None
        errors += found
    if errors:
        told = "; ".join(f"{each.parameter} {each.detail}" for each in errors)
        raise Refused(HTTPStatus.BAD_REQUEST, told, errors=tuple(errors)) from None
    return asked


def _told(kind: type[Asked], error: ErrorDetails) -> Wrong:
    name = str(error["loc"][0])
    if name not in kind.model_fields:
        known = ", ".join(kind.model_fields) or "none"
        return Wrong(parameter=_shown(name), detail=f"is no parameter here; there are: {known}")
    return Wrong(parameter=name, detail=f"should be {_description(kind, name)}")


def _shown(name: str) -> str:
    """Return a name that somebody made up, bounded, without what steers a screen."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:40])


def _description(kind: type[Asked], name: str) -> str:
    """Return what a parameter should be; of one that may be left out its type's own description."""
    field = kind.model_fields[name]
    given = [
        field,
        *(each for kind in get_args(field.annotation) for each in getattr(kind, "__metadata__", ())),
    ]
    return next(each.description for each in given if isinstance(each, FieldInfo) and each.description)
