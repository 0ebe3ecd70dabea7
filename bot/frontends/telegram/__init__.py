"""The Telegram front end: the only place that imports `telegram`."""
