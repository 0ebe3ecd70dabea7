"""The emulator's HTTP end: calls come in, faults and limits have their say, answers go out."""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

import simcord.http.client  # noqa: F401  # reason: it registers the routes
from aiohttp import web
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError
from simcord.http import router

from .acts import Acts
from .faults import Fault, FaultPlan
from .gateway import Gateway
from .journal import Call, Journal
from .limits import Headers, Limiter, Limits, Meter, TooMany
from .messages import Message
from .nonces import Nonces
from .outcomes import note
from .people import User
from .places import Channel
from .routes import ROUTES
from .strictness import check_call

Json = dict[str, Any]

PREFIX = "/api/v10"
USUAL_LIMITS = Limits()
USUAL_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GEmula.a-token-for-the-emulator-alone"
# Whoever has an interaction's or a webhook's token needs no other.
BY_TOKEN = re.compile(r"^/(?:interactions/\d+/[^/]+/callback|webhooks/\d+/([^/]+)(?:/.*)?|gateway)$")
LATE, THREAD_ARCHIVED, NO_HISTORY = 10062, 50083, 160002
MAX_UPLOAD = 10 * 1024 * 1024
HEADERS = {"Content-Type": "application/json"}


@dataclass
class Upload:
    """Hold one uploaded file as simcord takes it."""

    filename: str
    fp: io.BytesIO
    description: str | None = None


@dataclass
class Asked:
    """Hold one call as it came in."""

    method: str
    path: str
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    reason: str | None = None
    authorization: str = ""
    readable: bool = True

    @property
    def by_bot(self) -> bool:
        """Tell whether the bot's own token is needed."""
        return BY_TOKEN.match(self.path) is None


class DiscordEmulator(Acts):
    """Emulate the REST API and the gateway; use it as `async with DiscordEmulator() as api`.

    The options of World, and `latency`, seconds that each call takes, and each event half as many; `host` and
    `port` to listen on.
    """

    def __init__(
        self,
        token: str = USUAL_TOKEN,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        limits: Limits | None = USUAL_LIMITS,
        **options: Any,
    ) -> None:
        """Prepare the emulator; it listens once it is entered."""
        super().__init__(token, **options)
        self.latency = latency
        self.limiter = Limiter(limits, self.now) if limits else None
        self.meter = Meter(self.clock)
        self.faults = FaultPlan()
        self.nonces = Nonces(self.clock)
        self.journal = Journal()
        self.gateway = Gateway(self)
        self._host, self._port = host, port
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        """Start to listen."""
        server = web.Server(self._respond, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the gateway and stop listening."""
        self.gateway.drop(1001)
        if self._runner:
            await self._runner.cleanup()

    @property
    def api_base_url(self) -> str:
        """Return the API's address with its version, for `discord.http.Route.BASE`."""
        return f"http://{self._host}:{self._port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """Return the gateway's address, for `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return f"ws://{self._host}:{self._port}/"

    # What a test asks for

    async def next_call(
        self,
        method: str,
        pattern: str = "*",
        timeout: float = 10.0,
        *,
        matching: Callable[[Call], bool] | None = None,
    ) -> Call:
        """Take the bot's next call of a method on a path like `/channels/*/messages`, each call once."""
        return await self.journal.next(method, pattern, timeout, matching)

    @property
    def calls(self) -> list[Call]:
        """Return the log of all calls."""
        return self.journal.calls

    def calls_of(self, method: str, pattern: str = "*") -> list[Call]:
        """Return all such calls so far."""
        return self.journal.of(method, pattern)

    async def next_session(self, timeout: float = 10.0) -> str:
        """Wait until a bot stands at the gateway: "READY" for a new session, "RESUMED"; each once."""
        return await self.gateway.opened.next(timeout)

    @property
    def connected(self) -> bool:
        """Tell whether a bot stands at the gateway."""
        return self.gateway.connected

    @property
    def max_in_a_second(self) -> int:
        """Return the most calls with the bot's token that any second has seen, refused ones included."""
        return self.meter.max_in_a_second

    @property
    def too_many(self) -> int:
        """Return the number of answers 429."""
        return self.meter.too_many

    @property
    def invalid_requests(self) -> int:
        """Return the number of answers 401, 403 and 429 in the last ten minutes."""
        return self.meter.invalid

    # What goes wrong

    def fail_next(
        self,
        method: str,
        pattern: str,
        fault: Fault,
        *,
        times: int = 1,
        when: Callable[[Any], bool] | None = None,
    ) -> None:
        """Let the next calls of a method on a path go wrong; `when` picks them by their bodies."""
        self.faults.add(method, pattern, fault, times, when)

    def chaos(self, rate: float, faults: Sequence[Fault], *, seed: int, pattern: str = "*") -> None:
        """Let a share of the calls go wrong at random; the same seed gives the same faults."""
        self.faults.shake(rate, faults, seed, pattern)

    def calm(self) -> None:
        """Forget all faults that are still planned."""
        self.faults.clear()

    def drop_gateway(self, code: int = 4000) -> None:
        """Close the gateway's connections; what happens from now on waits for whoever resumes."""
        self.gateway.drop(code)

    def refuse_resume(self, times: int = 1) -> None:
        """Let the next tries to resume fail, so that the bot has to identify anew."""
        self.gateway.refuse_resume(times)

    # What people do beside what they write

    async def send_file(
        self, user: User, channel: Channel, name: str, content: bytes, text: str = ""
    ) -> Message:
        """Send a file, with a text; the bot may ask for what is in it, at the address that it is told."""
        self._check_sees(user, channel)
        attachments = self.backend.store_attachments(channel.id, [(name, content)])
        for each in attachments:
            each["url"] = each["url"].replace(CDN_BASE, f"http://{self._host}:{self._port}")
            each["proxy_url"] = each["url"]
        return channel.show(self.backend.create_message(channel.id, user.id, text, attachments=attachments))

    # Calls

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.gateway.serve(request)
        if (held := self.backend.cdn.get(f"{CDN_BASE}{request.path}")) is not None:
            return web.Response(body=held)
        if not request.path.startswith(f"{PREFIX}/"):
            return _response(404, {"message": "404: Not Found", "code": 0}, {})
        asked = await _read(request)
        fault = self.faults.pick(asked.method, asked.path, asked.body)
        if self.latency:
            await self.sleep(self.latency / 2)
        if asked.by_bot:
            self.meter.arrived()
        if fault and (fault.cut_before or fault.page):
            self._log(asked, fault.status, {})
            return self._cut(request) if fault.cut_before else _page(fault)
        status, reply, headers = self._answer(asked, fault)
        cut = fault is not None and fault.cut_after
        self._log(asked, 0 if cut else status, reply)
        if cut:
            return self._cut(request)
        if wait := self.latency / 2 + (fault.stall if fault else 0.0):
            await self.sleep(wait)
        return _response(status, reply, headers)

    def _answer(self, asked: Asked, fault: Fault | None) -> tuple[int, Any, Headers]:
        """Carry out a call, or refuse it, and return status, body and headers."""
        headers: Headers = {}
        try:
            if asked.by_bot and asked.authorization != f"Bot {self.token}":
                raise BackendError(401, 0, "401: Unauthorized")
            if self.limiter:
                headers = self.limiter.spend(asked.method, asked.path, by_bot=asked.by_bot)
            if fault and fault.error:
                raise fault.error
            reply = self._apply(asked)
        except TooMany as error:
            if self.limiter:
                headers = self.limiter.headers(asked.method, asked.path)
            return error.status, error.to_json(), headers | error.headers
        except BackendError as error:
            return error.status, error.to_json(), headers
        return (204 if reply is None else 200), reply, headers

    def _apply(self, asked: Asked) -> Any:
        """Carry out a call; raise BackendError to refuse it, and note what no bot should have asked."""
        try:
            if not asked.readable:
                raise BackendError(400, 50109, "The request body contains invalid JSON.")
            check_call(self, asked.method, asked.path, asked.body)
            if own := ROUTES.get((asked.method, asked.path)):
                return own(self)
            if earlier := self.nonces.earlier(asked.method, asked.path, asked.body):
                return earlier
            reply = router.dispatch(
                self.backend,
                asked.method,
                asked.path,
                json=asked.body,
                params=asked.params,
                files=asked.files,
                reason=asked.reason,
            )
        except BackendError as error:
            # These are nothing that a bot could have known; all other 400s are its own doing.
            known = error.code not in (THREAD_ARCHIVED, NO_HISTORY)
            if (error.status in (400, 501) and known) or error.code == LATE:
                self.violations.append(f"{asked.method} {asked.path}: {error.code} {error.message}")
            raise
        except Exception as error:
            # A fault of the emulator itself, or a body of a shape that nobody foresaw.
            self.violations.append(f"the emulator failed in {asked.method} {asked.path}: {error!r}")
            raise BackendError(501, 0, f"the emulator failed: {error!r}") from error
        finally:
            # simcord keeps these for its own tests; here they would only grow.
            self.backend.http_requests.clear()
            self.backend.transcript.clear()
        note(self, asked.method, asked.path, reply)
        self.nonces.keep(asked.method, asked.path, asked.body, reply)
        return reply

    def _cut(self, request: web.BaseRequest) -> web.Response:
        """Close the connection; the answer that is returned finds nobody to go to."""
        if request.transport:
            request.transport.close()
        return web.Response()

    def _log(self, asked: Asked, status: int, reply: Any) -> None:
        code = reply.get("code", 0) if isinstance(reply, dict) and status >= 400 else 0
        self.meter.answered(status)
        self.journal.add(Call(asked.method, asked.path, asked.body, self.clock(), status, code, reply))


async def _read(request: web.BaseRequest) -> Asked:
    asked = Asked(
        request.method,
        unquote(request.path).removeprefix(PREFIX),
        params=dict(request.query),
        authorization=request.headers.get("Authorization", ""),
    )
    if reason := request.headers.get("X-Audit-Log-Reason"):
        asked.reason = unquote(reason)
    # aiohttp's own limit is a megabyte, and there is no public way past it for a low-level server.
    request._client_max_size = MAX_UPLOAD
    try:
        if request.content_type == "multipart/form-data":
            await _read_form(request, asked)
        elif text := await request.text():
            asked.body = json.loads(text)
    except (ValueError, KeyError):
        asked.readable = False
    return asked


async def _read_form(request: web.BaseRequest, asked: Asked) -> None:
    form = await request.post()
    asked.body = json.loads(str(form["payload_json"]))
    # What answers an interaction holds its message under `data`.
    told = asked.body.get("attachments") or (asked.body.get("data") or {}).get("attachments") or ()
    described = {str(item["id"]): item.get("description") for item in told}
    for name, part in form.items():
        if isinstance(part, web.FileField):
            number = name.removeprefix("files[").removesuffix("]")
            upload = Upload(part.filename, io.BytesIO(part.file.read()), described.get(number))
            asked.files.append(upload)


def _response(status: int, reply: Any, headers: Headers) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(body=json.dumps(reply).encode(), status=status, headers=HEADERS | headers)


def _page(fault: Fault) -> web.Response:
    return web.Response(text=fault.page, status=fault.status, content_type="text/html")
