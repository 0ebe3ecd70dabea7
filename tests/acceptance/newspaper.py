"""A newspaper on the loopback interface, in a thread of its own: the real program fetches from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

from tests.bot.intake.wire import page


class _Page(BaseHTTPRequestHandler):
    feeds: Mapping[str, bytes] = {}  # reason: each server has a class of its own

    def do_GET(self) -> None:
        feed = self.feeds.get(self.path)
        body = feed if feed is not None else page().encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml" if feed is not None else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return


@contextmanager
def printed(feeds: Mapping[str, bytes] = MappingProxyType({})) -> Iterator[str]:
    """Serve the article of the tests at every path, but for those of feeds; give the host and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Paper", (_Page,), {"feeds": feeds}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
