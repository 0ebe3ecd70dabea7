"""The emulator's HTTP end: calls come in, faults and limits have their say, answers go out."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from aiohttp import web

from .control import Control
from .errors import ApiError
from .faults import Fault, FaultPlan
from .journal import Call
from .limits import Limits
from .media import MEDIA_METHODS
from .parameters import Parameters, read_parameters
from .profile import PROFILE_METHODS
from .sending import SENDING_METHODS
from .updates import MAX_BATCH
from .webhook import WEBHOOK_METHODS
from .world import World

Json = dict[str, Any]
Handler = Callable[[World, Json], Any]

METHODS: dict[str, tuple[str, Handler | None]] = {
    name.lower(): (name, handler)
    for name, handler in {
        "getUpdates": None,  # the only one that waits, so it is answered apart
        **WEBHOOK_METHODS,
        **PROFILE_METHODS,
        **SENDING_METHODS,
        **MEDIA_METHODS,
    }.items()
}
CHAOS_METHODS = (*SENDING_METHODS, *MEDIA_METHODS)
UNAUTHORIZED = ApiError(401, "Unauthorized")
NOT_FOUND = ApiError(404, "Not Found")
USUAL_LIMITS = Limits()
HEADERS = {"Content-Type": "application/json"}


class TelegramEmulator(World):
    """Emulate the Bot API over HTTP; use it as `async with TelegramEmulator() as api`.

    The options of World, and `delay`, seconds before each answer; `host` and `port` to listen on.
    """

    def __init__(
        self,
        token: str = "123456:TEST-TOKEN",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay: float = 0.0,
        limits: Limits | None = USUAL_LIMITS,
        **options: Any,
    ) -> None:
        """Prepare the emulator; it listens once it is entered."""
        super().__init__(token, limits=limits, **options)
        self.delay = delay
        self.faults = FaultPlan()
        self.control = Control(self)
        self._host, self._port = host, port
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        """Start to listen."""
        # The low-level server: routing and middlewares would cost a third of the rate.
        server = web.Server(self._respond, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, after ending polls and deliveries."""
        await self.settle()
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """Return the address without a slash at its end; clients append /bot<token>/<method>."""
        return f"http://{self._host}:{self._port}"

    def fail_next(
        self,
        method: str,
        fault: Fault,
        *,
        times: int = 1,
        when: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        """Let the next calls of a method ("*" for any) go wrong; `when` picks them by their parameters."""
        self.faults.add(method, fault, times, when)

    def chaos(
        self, rate: float, faults: Sequence[Fault], *, seed: int, methods: Sequence[str] = CHAOS_METHODS
    ) -> None:
        """Let a share of the calls go wrong at random; the same seed gives the same faults."""
        self.faults.shake(rate, faults, seed, methods)

    def calm(self) -> None:
        """Forget all faults that are still planned."""
        self.faults.clear()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/_control/"):
            return await self.control.answer(request)
        if path.startswith(f"/file/bot{self.token}/"):
            return self._file(path.rpartition("/")[2])
        token, _, name = path.removeprefix("/bot").partition("/")
        if not path.startswith("/bot") or request.method not in ("GET", "POST"):
            return _refusal(NOT_FOUND)
        if token != self.token:
            return _refusal(UNAUTHORIZED)
        known = METHODS.get(name.lower())
        if known is None:
            self.violations.append(f"unknown method {name}")
            return _refusal(NOT_FOUND)
        return await self._call(request, *known)

    def _file(self, file_id: str) -> web.StreamResponse:
        content = self.files.get(file_id)
        return _refusal(NOT_FOUND) if content is None else web.Response(body=content)

    async def _call(self, request: web.BaseRequest, method: str, handler: Handler | None) -> web.Response:
        parameters: Parameters = {}
        fault: Fault | None = None
        try:
            parameters = await read_parameters(request)
            fault = self.faults.pick(method, parameters)
            if fault and (fault.cut_before or fault.page):
                return await self._broken(request, method, parameters, fault)
            if fault and fault.error:
                raise fault.error
            body = await self._apply(method, handler, parameters)
            response = web.Response(body=body, headers=HEADERS)
            status, description = 200, ""
        except ApiError as error:
            response = _refusal(error)
            status, description = error.status, error.description
        if fault and fault.cut_after:
            status = 0
        self._log(method, parameters, status, description)
        if fault and fault.cut_after:
            return self._cut(request)
        if wait := self.delay + (fault.stall if fault else 0.0):
            await self.sleep(wait)
        return response

    async def _apply(self, method: str, handler: Handler | None, parameters: Parameters) -> bytes:
        """Carry out a call and return the body of its answer; raise ApiError to refuse it."""
        if self.logged_out:
            raise ApiError(400, "Logged out")
        if self.schema:
            self.violations += self.schema.check_request(method, parameters)
        if handler is None:
            self.updates.allow(parameters.get("allowed_updates"))
            limit = min(max(parameters.get("limit", MAX_BATCH), 1), MAX_BATCH)
            return await self.updates.poll(parameters.get("offset"), limit, parameters.get("timeout", 0))
        try:
            result = handler(self, parameters)
            if self.schema:
                self.schema.check_answer(method, result)
        except ApiError:
            raise
        except Exception as error:
            # A fault of the emulator itself: it must not pass for one of the platform's.
            self.violations.append(f"the emulator failed in {method}: {error!r}")
            raise ApiError(500, f"Internal Server Error: {error!r}") from error
        return b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"

    async def _broken(
        self, request: web.BaseRequest, method: str, parameters: Parameters, fault: Fault
    ) -> web.Response:
        self._log(method, parameters, fault.status, fault.name)
        if fault.cut_before:
            return self._cut(request)
        if self.delay:
            await self.sleep(self.delay)
        return web.Response(text=fault.page, status=fault.status, content_type="text/html")

    def _cut(self, request: web.BaseRequest) -> web.Response:
        """Close the connection; the answer that is returned finds nobody to go to."""
        if request.transport:
            request.transport.close()
        return web.Response()

    def _log(self, method: str, parameters: Parameters, status: int, description: str) -> None:
        call = Call(method, parameters, self.clock(), status, description)
        self.journal.add(call)
        self.control.stats.count(call)


def _refusal(error: ApiError) -> web.Response:
    return web.Response(body=json.dumps(error.answer()).encode(), status=error.status, headers=HEADERS)
