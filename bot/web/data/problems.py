"""What went wrong, told as RFC 9457 has it; never more than who asked may know."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web
from pydantic import Field

from bot.web.data.models import Answer, Gone

MEDIA = "application/problem+json"
UNKEPT = {"Cache-Control": "no-cache"}


class Wrong(Answer):
    """One parameter that is wrong, and what it should be."""

    parameter: str
    detail: str


class Problem(Answer):
    """Why there is no answer (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[Wrong, ...] = ()
    gone: Gone | None = Field(None, description="what is said instead of what is gone")


class Refused(Exception):
    """There is no answer to a request: `problem` says why."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: tuple[Wrong, ...] = (),
        gone: Gone | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            title=status.phrase, status=status.value, detail=detail, errors=errors, gone=gone
        )


def missing(what: str) -> Refused:
    """Return that something does not exist, or is not public: the two are told alike."""
    return Refused(HTTPStatus.NOT_FOUND, f"There is no {what} here.")


def response(problem: Problem) -> web.Response:
    """Return a problem as it is answered."""
    return web.Response(
        body=problem.model_dump_json().encode(),
        status=problem.status,
        content_type=MEDIA,
        headers=UNKEPT,
    )
