"""OnRecord: a news-bot that keeps who said what, when, according to which source."""

__version__ = "0.1.0"
