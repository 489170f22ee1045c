"""Faster matrix products for spaCy on a processor where NumPy's library beats thinc's.

thinc multiplies matrices with its bundled blis, whose speed depends on the processor: on many it reaches a
third of what the OpenBLAS inside NumPy does, and matrix products are most of what a pipeline spends its time
on. Which is faster can only be measured, so ``use_fastest_ops`` times both on a product of the size a pipeline
computes, which takes some milliseconds, and installs NumPy's where it wins clearly. Results agree to rounding.

Call it before ``spacy.load``: a model keeps the operations it was built with. A process that shares its
processors with others should set ``OPENBLAS_NUM_THREADS=1`` before NumPy is imported.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from thinc.api import NumpyOps, registry, set_current_ops
from thinc.types import DeviceTypes

_MARGIN = 1.15  # NumPy has to be this many times faster to be installed
_REPEATS = 3
_NAME = "WirehouseNumpyOps"


class NumpyBlasOps(NumpyOps):
    """thinc's CPU operations, with matrix products by NumPy's linear algebra library instead of blis."""

    # Under the name "numpy" thinc's get_ops() and require_cpu(), which take the last one registered under
    # that name, give these operations in every thread.
    name = "numpy"

    def __init__(self, device_type: DeviceTypes = "cpu", device_id: int = -1, *, use_blis: bool = False) -> None:
        super().__init__(device_type, device_id, use_blis=use_blis)


def _seconds(ops: NumpyOps, x: np.ndarray, w: np.ndarray) -> float:
    """The shortest of a few runs of one layer's product, the first not counted."""
    best = float("inf")
    for repeat in range(_REPEATS + 1):
        started = time.perf_counter()
        ops.gemm(x, w, trans2=True)
        if repeat:
            best = min(best, time.perf_counter() - started)
    return best


def speedup() -> float:
    """How many times faster NumPy's product is than blis on this processor, now."""
    x = np.ones((256, 288), dtype="float32")
    w = np.ones((288, 288), dtype="float32")
    return _seconds(NumpyOps(use_blis=True), x, w) / _seconds(NumpyBlasOps(), x, w)


def use_fastest_ops() -> bool:
    """Install NumPy's matrix product if it is clearly faster here; returns whether it did. Safe to repeat."""
    registered: Any = registry.ops
    if _NAME in registered.get_all():
        return True
    try:
        if speedup() < _MARGIN:
            return False
    except ValueError:  # a thinc built without blis uses NumPy's anyway
        return False
    registered.register(_NAME, func=NumpyBlasOps)
    set_current_ops(NumpyBlasOps())
    return True
