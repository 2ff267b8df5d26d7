"""Work that keeps a processor busy, without keeping a web process from everybody else."""

from collections.abc import Callable
from typing import TypeVar, cast

import gevent
from gevent import monkey

T = TypeVar("T")


def in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Return what `function` returns; where gevent serves, it runs in a real thread while others are answered."""
    if not monkey.is_module_patched("socket"):
        return function(*arguments)
    return cast(T, gevent.get_hub().threadpool.apply(function, arguments))
