"""A web server that does no work: `bare_web.py PORT LENGTH`, aiohttp that answers with so many bytes."""

import sys

from aiohttp import web

TAG = 'W/"bare"'


def main(port: int, length: int) -> None:
    """Serve until killed; who has the answer already gets no body."""
    body = b"x" * length

    async def page(request: web.Request) -> web.Response:
        headers = {"ETag": TAG, "Content-Type": "text/html; charset=utf-8"}
        if "If-None-Match" in request.headers:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers)

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", page)])
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
