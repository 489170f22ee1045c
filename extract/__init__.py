"""Wirehouse: from news articles to a DuckDB warehouse of actors, quotes and events."""

import os

__version__ = "0.1.0"

# Shards run side by side; threads of the matrix library inside each only get in each other's way. It is
# read when NumPy is first imported, so it is set here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
