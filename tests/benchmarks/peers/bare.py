"""An echo without any bot library: `bare.py ADDRESS TOKEN AT_ONCE`, aiohttp and so many senders."""

import asyncio
import sys
from typing import Any

import aiohttp


async def main(address: str, token: str, at_once: int) -> None:
    """Poll until killed."""
    root = f"{address}/bot{token}"
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(4 * at_once)

    async def send() -> None:
        while True:
            message = await queue.get()
            body = {"chat_id": message["chat"]["id"], "text": message["text"]}
            async with session.post(f"{root}/sendMessage", json=body) as answer:
                await answer.json()

    connector = aiohttp.TCPConnector(limit=at_once + 1)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(send())
        offset = 0
        while True:
            body = {"offset": offset, "timeout": 30, "limit": 100}
            async with session.post(f"{root}/getUpdates", json=body) as answer:
                updates = (await answer.json())["result"]
            for update in updates:
                offset = update["update_id"] + 1
                await queue.put(update["message"])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
