"""The one exception by which a method of the emulated Bot API refuses a call."""

from typing import Any


class ApiError(Exception):
    """Carry a refusal as the platform words it: HTTP status, description and response parameters."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        """Keep the three parts of the answer."""
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the body that the platform would answer with."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> ApiError:
    """Return a 400 with the platform's prefix."""
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    """Return a 403 with the platform's prefix."""
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    """Return a 409 with the platform's prefix."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """Return a 429 that tells when to come back, in whole seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def migrated(new_id: int) -> ApiError:
    """Return the 400 of a group that has become the supergroup `new_id`."""
    error = bad_request("group chat was upgraded to a supergroup chat")
    error.parameters["migrate_to_chat_id"] = new_id
    return error
