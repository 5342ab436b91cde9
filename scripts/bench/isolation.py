"""Work in a fresh process: engines neither swell this one nor disturb one another."""

import ctypes
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def _end_with_parent() -> None:
    """Lets Linux end this process with the one that started it, also where that one is killed."""
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def in_child(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function gives when called in a new interpreter; its errors are raised here."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        return pool.submit(function, *arguments).result()
