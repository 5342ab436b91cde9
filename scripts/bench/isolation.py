"""Work in a fresh process: engines neither swell this one nor disturb one another."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def in_child(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the function gives when called in a new interpreter; its errors are raised here."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
