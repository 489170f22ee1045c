"""Wirehouse: from news articles to a DuckDB warehouse of actors, quotes and events."""

__version__ = "0.1.0"
