"""The gateway: sessions, the events that go out to them, and those that a resumed one had missed.

Source: https://docs.discord.com/developers/events/gateway
"""

import asyncio
import json
import secrets
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord
from aiohttp import WSMsgType, web
from simcord import intents as simcord_intents
from simcord.backend import serializers
from simcord.backend.access import channel_accessible

from tests.emulators.feeds import Feed

if TYPE_CHECKING:
    from .server import DiscordEmulator

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, TWICE = 4001, 4002, 4003, 4004, 4005
BAD_SEQUENCE, TOO_MANY, DISALLOWED_INTENTS = 4007, 4008, 4014
HEARTBEAT_INTERVAL = 41_250
MAX_PAYLOAD = 4096
MAX_SENT, SENT_WITHIN = 120, 60.0
# With these a client says that it will not come back.
FAREWELLS = (1000, 1001)
IN_CHANNELS = ("MESSAGE_", "TYPING_", "THREAD_")


class Connection:
    """Write to one socket, in order, plain or as one zlib stream; on its way a payload takes half a call."""

    def __init__(
        self, api: "DiscordEmulator", socket: web.WebSocketResponse, compression: str | None
    ) -> None:
        """Start the writer."""
        self._api = api
        self._socket = socket
        # What is not known here goes out plain, which every client takes too.
        self._stream = zlib.compressobj() if compression == "zlib-stream" else None
        self._queue: asyncio.Queue[tuple[float, str | int]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())
        self.session: Session | None = None
        self.heard: list[float] = []

    def send(self, text: str) -> None:
        """Send one payload after those before it."""
        self._queue.put_nowait((self._api.clock() + self._api.latency / 2, text))

    def close(self, code: int) -> None:
        """Close with a code once all that was sent before is written."""
        self._queue.put_nowait((0.0, code))

    async def end(self) -> None:
        """Stop writing."""
        self._writer.cancel()
        with suppress(asyncio.CancelledError):
            await self._writer

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                due, item = await self._queue.get()
                if (wait := due - self._api.clock()) > 0:
                    await self._api.sleep(wait)
                if isinstance(item, int):
                    await self._socket.close(code=item)
                    return
                if self._stream:
                    data = self._stream.compress(item.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                    await self._socket.send_bytes(data)
                else:
                    await self._socket.send_str(item)


@dataclass
class Session:
    """Keep what one IDENTIFY began: its events are numbered, and kept for those who resume it."""

    id: str
    intents: discord.Intents
    events: list[str] = field(default_factory=list)
    connection: Connection | None = None

    def send(self, event: str, payload: Json) -> None:
        """Number an event, keep it, and send it if there is a connection."""
        text = _payload(DISPATCH, payload, event=event, sequence=len(self.events) + 1)
        self.events.append(text)
        if self.connection:
            self.connection.send(text)


class Gateway:
    """Speak with the bots that connect, and pass on what happens on the platform."""

    def __init__(self, api: "DiscordEmulator") -> None:
        """Listen to the platform."""
        self._api = api
        self.sessions: dict[str, Session] = {}
        self.opened: Feed[str] = Feed("session of the gateway")
        self._connections: set[Connection] = set()
        self._refusals = 0
        api.backend.subscribers.append(self.hear)

    # What a test does

    def drop(self, code: int) -> None:
        """Close every connection at once; from now on events are kept for whoever resumes."""
        for connection in self._connections:
            if connection.session:
                connection.session.connection = None
                connection.session = None
            connection.close(code)

    def say(self, event: str, payload: Any) -> None:
        """Send an event of any name and content, unchecked, to every session."""
        for session in self.sessions.values():
            session.send(event, payload)

    def say_raw(self, text: str) -> None:
        """Send any text to everyone who is connected."""
        for connection in self._connections:
            connection.send(text)

    def refuse_resume(self, times: int) -> None:
        """Answer the next RESUMEs with INVALID_SESSION, so that the bot has to begin anew."""
        self._refusals += times

    @property
    def connected(self) -> bool:
        """Tell whether any session has a connection."""
        return any(session.connection for session in self.sessions.values())

    # Connections

    async def serve(self, request: web.BaseRequest) -> web.WebSocketResponse:
        """Speak with one client until either side closes."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        connection = Connection(self._api, socket, request.query.get("compress"))
        self._connections.add(connection)
        connection.send(_payload(HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL}))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._receive(connection, message.data)
        finally:
            self._connections.discard(connection)
            if session := connection.session:
                session.connection = None
                if socket.close_code in FAREWELLS:
                    del self.sessions[session.id]
            await connection.end()
        return socket

    def _receive(self, connection: Connection, text: str) -> None:
        now = self._api.clock()
        connection.heard = [*(moment for moment in connection.heard if moment > now - SENT_WITHIN), now]
        if len(connection.heard) > MAX_SENT:
            self._close(connection, TOO_MANY, "more than 120 payloads in a minute")
            return
        try:
            asked = json.loads(text)
            opcode, body = asked["op"], asked["d"]
        except (ValueError, KeyError, TypeError):
            self._close(connection, DECODE_ERROR, "an unreadable payload")
            return
        if len(text.encode()) > MAX_PAYLOAD:
            self._close(connection, DECODE_ERROR, "a payload over 4096 bytes")
        elif opcode == HEARTBEAT:
            connection.send(_payload(HEARTBEAT_ACK, None))
        elif opcode in (IDENTIFY, RESUME):
            self._open(connection, opcode, body)
        elif connection.session is None:
            self._close(connection, NOT_AUTHENTICATED, f"opcode {opcode} before IDENTIFY")
        elif opcode == REQUEST_MEMBERS:
            self._send_members(connection.session, body)
        elif opcode != PRESENCE:
            self._close(connection, UNKNOWN_OPCODE, f"opcode {opcode}")

    def _open(self, connection: Connection, opcode: int, body: Json) -> None:
        if connection.session is not None:
            self._close(connection, TWICE, "a second IDENTIFY")
        elif body["token"] != self._api.token:
            connection.close(BAD_TOKEN)
        elif opcode == IDENTIFY:
            self._identify(connection, body)
        else:
            self._resume(connection, body)

    def _identify(self, connection: Connection, body: Json) -> None:
        declared = discord.Intents._from_value(body["intents"])
        if unapproved := [name for name in simcord_intents.PRIVILEGED_INTENTS if getattr(declared, name)]:
            self._close(connection, DISALLOWED_INTENTS, f"intents {unapproved}")
            return
        backend = self._api.backend
        session = Session(secrets.token_hex(16), declared, connection=connection)
        self.sessions[session.id] = session
        connection.session = session
        ready: Json = {
            "v": 10,
            "user": dict(serializers.user_payload(backend.bot_user)),
            "guilds": [{"id": str(number), "unavailable": True} for number in backend.guilds],
            "session_id": session.id,
            "resume_gateway_url": self._api.gateway_url,
            "application": {"id": str(backend.application_id), "flags": 0},
        }
        if "shard" in body:
            ready["shard"] = body["shard"]
        session.send("READY", ready)
        for guild in backend.guilds.values():
            self._pass_on(session, "GUILD_CREATE", serializers.guild_create_payload(backend, guild))
        self.opened.add("READY")

    def _resume(self, connection: Connection, body: Json) -> None:
        session = self.sessions.get(body["session_id"])
        if session is None or self._refusals:
            self._refusals = max(0, self._refusals - 1)
            self.sessions.pop(body["session_id"], None)
            connection.send(_payload(INVALID_SESSION, False))
            return
        if not 0 <= (seen := body["seq"]) <= len(session.events):
            self._close(connection, BAD_SEQUENCE, f"sequence {seen} of {len(session.events)}")
            return
        if session.connection:
            session.connection.session = None
        connection.session = session
        for text in session.events[seen:]:
            connection.send(text)
        session.connection = connection
        session.send("RESUMED", {})
        self.opened.add("RESUMED")

    def _close(self, connection: Connection, code: int, why: str) -> None:
        self._api.violations.append(f"gateway closed with {code}: {why}")
        connection.close(code)

    # Events

    def hear(self, event: str, payload: Mapping[str, Any]) -> None:
        """Pass an event of the platform on to every session, connected or not."""
        for session in self.sessions.values():
            self._pass_on(session, event, payload)

    def _pass_on(self, session: Session, event: str, payload: Mapping[str, Any]) -> None:
        needed = simcord_intents.required_intent(event, payload)
        if needed and not getattr(session.intents, needed) and not self._is_about_bot(event, payload):
            return
        if event.startswith(IN_CHANNELS) and not self._sees(payload):
            return
        own = json.loads(json.dumps(payload))
        self._censor(event, own)
        if event == "GUILD_CREATE":
            simcord_intents.prune_guild_create(own, session.intents, self._api.bot.id)
        session.send(event, own)

    def _is_about_bot(self, event: str, payload: Mapping[str, Any]) -> bool:
        # What becomes of the bot itself it is always told.
        return event == "GUILD_MEMBER_UPDATE" and int(payload["user"]["id"]) == self._api.bot.id

    def _sees(self, payload: Mapping[str, Any]) -> bool:
        backend = self._api.backend
        channel = backend.channels.get(int(payload.get("channel_id", 0)))
        # A thread's own events have no `channel_id`, and one that is gone is told of.
        return channel is None or bool(channel_accessible(backend, channel.id, self._api.bot.id))

    def _censor(self, event: str, payload: Json) -> None:
        bot_id, backend = self._api.bot.id, self._api.backend
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            simcord_intents.censor_message(payload, bot_id, backend=backend)
        elif event == "INTERACTION_CREATE":
            chosen = payload["data"].get("resolved", {}).get("messages", {}).values()
            for message in (*chosen, *filter(None, [payload.get("message")])):
                simcord_intents.censor_message(message, bot_id, backend=backend, exempt_root=True)

    def _send_members(self, session: Session, body: Json) -> None:
        backend = self._api.backend
        guild = backend.get_guild(int(body["guild_id"]))
        wanted, query = body.get("user_ids"), (body.get("query") or "").lower()
        found = [
            member
            for member in guild.members.values()
            if (not wanted or str(member.user_id) in map(str, wanted))
            and backend.users[member.user_id].name.lower().startswith(query)
        ]
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [serializers.member_payload(backend, guild, member) for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": body.get("nonce"),
        }
        session.send("GUILD_MEMBERS_CHUNK", chunk)


def _payload(opcode: int, data: Any, *, event: str | None = None, sequence: int | None = None) -> str:
    return json.dumps({"op": opcode, "d": data, "s": sequence, "t": event})
