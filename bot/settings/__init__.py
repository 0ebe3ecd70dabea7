"""The sections of the settings and the checks of their values; `bot/config.py` reads them."""
