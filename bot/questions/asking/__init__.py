"""How questions are asked: the grammar of asking in each language, and how chats spell it."""
