"""The Bot API's schema, taken from aiogram's models: what calls may hold and what answers must be.

Imported only when validation is on: it costs a second at start, and about a millisecond for each call.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from aiogram import methods, types
from pydantic import BaseModel, TypeAdapter, ValidationError

from .errors import ApiError, bad_request
from .parameters import Parameters, Upload

UPDATES = TypeAdapter(types.Update)
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
}
MALFORMED = {
    "reply_markup": "can't parse reply keyboard markup JSON object",
    "reply_parameters": "can't parse reply parameters JSON object",
    "commands": "can't parse list of commands JSON object",
    "scope": "can't parse bot command scope JSON object",
    "entities": "can't parse entities JSON object",
}


class SchemaError(AssertionError):
    """Tell that the emulator, or the test that drives it, made something the schema does not know."""


def check_request(method: str, parameters: Parameters) -> list[str]:
    """Check a call against the model of its method; return the parameters that the schema does not know.

    Raises the 400 of the platform for a parameter that is missing or malformed.
    """
    model = getattr(methods, method[0].upper() + method[1:])
    # A file stands where the method names one, or beside a name that is told elsewhere.
    known = {
        name: f"attach://{name}" if isinstance(value, Upload) else value
        for name, value in parameters.items()
        if not isinstance(value, Upload) or name in model.model_fields
    }
    try:
        parsed = model.model_validate(known)
    except ValidationError as error:
        raise _refusal(error) from None
    return [f"{method}: unknown parameter {path}" for path in unknown_fields(parsed)]


def check_answer(method: str, result: Any) -> None:
    """Check the result of a method against its declared type, down to the last field."""
    try:
        parsed = _returning(method).validate_python(result)
    except ValidationError as error:
        raise SchemaError(f"answer to {method}: {error}") from error
    _refuse_unknown(f"answer to {method}", parsed)


def check_update(update: Any) -> None:
    """Check an update, down to the last field."""
    try:
        parsed = UPDATES.validate_python(update)
    except ValidationError as error:
        raise SchemaError(f"update: {error}") from error
    _refuse_unknown("update", parsed)


def unknown_fields(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all fields in a parsed value that its models do not declare."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or {}:
            yield f"{path}{name}"
        for name in value.model_fields_set:
            yield from unknown_fields(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from unknown_fields(item, f"{path}{index}.")


@cache
def _returning(method: str) -> TypeAdapter[Any]:
    return TypeAdapter(getattr(methods, method[0].upper() + method[1:]).__returning__)


def _refuse_unknown(what: str, parsed: Any) -> None:
    if unknown := sorted(set(unknown_fields(parsed))):
        raise SchemaError(f"{what} holds fields unknown to the schema: {', '.join(unknown)}")


def _refusal(error: ValidationError) -> ApiError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return bad_request(MISSING.get(name, f"parameter {name} is required"))
    return bad_request(MALFORMED.get(name, f"can't parse {name}: {first['msg']}"))
