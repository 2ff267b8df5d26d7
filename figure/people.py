"""Who is drawn: the colours of each person, and which one a process draws at the moment.

Their bodies are baked (`bake.py`). One process draws one person at a time: skeleton, clothes and hands are worked out
once for each and looked up by `current()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """The colours of a person, lit and in shade (0xRRGGBB), and the shape of the hair."""

    skin: tuple[int, int]
    edge: int  # of a hand before the face
    cheek: int
    lips: tuple[int, int]
    mouth: tuple[int, int]  # the line between the lips
    brows: tuple[int, int]
    scalp: tuple[int, int]
    hair: tuple[int, int]
    iris: tuple[int, int]
    shirt: tuple[int, int]
    trousers: tuple[int, int]
    thickness: float = 1.0  # of the hair
    bun: bool = False


PEOPLE: dict[str, Look] = {
    "first": Look(
        skin=(0xEBBB97, 0xCF9672),
        edge=0xA9714F,
        cheek=0xE58F76,
        lips=(0xC9776A, 0xAA5F56),
        mouth=(0x9C5148, 0x8A463F),
        brows=(0x5F4132, 0x4A3226),
        scalp=(0x5B4033, 0x3E2A22),
        hair=(0x6A4A3A, 0x4A3228),
        iris=(0x7B5539, 0x66452E),
        shirt=(0x2F8F8B, 0x1F6B6C),
        trousers=(0x34506B, 0x263C52),
    ),
    "woman": Look(
        skin=(0xF0C6A8, 0xD6A283),
        edge=0xB07E60,
        cheek=0xE59A86,
        lips=(0xC77A78, 0xA96463),
        mouth=(0x9B5551, 0x894845),
        brows=(0x9A938D, 0x7E7873),
        scalp=(0xA9A6A4, 0x86827F),
        hair=(0xC3C2C4, 0x98989D),
        iris=(0x5E7C86, 0x48636C),
        shirt=(0x8B5E83, 0x6A4565),
        trousers=(0x4A5560, 0x363F48),
        thickness=1.12,
        bun=True,
    ),
    "man": Look(
        skin=(0x8C5A3C, 0x6B4129),
        edge=0x4C2C1B,
        cheek=0x9C5A40,
        lips=(0x9C574B, 0x7C4239),
        mouth=(0x562A24, 0x49231E),
        brows=(0x241813, 0x1A110D),
        scalp=(0x2A1E19, 0x1C1411),
        hair=(0x2B2220, 0x1A1413),
        iris=(0x4A2F1E, 0x3A2417),
        shirt=(0xD08A3E, 0xA86C2C),
        trousers=(0x34506B, 0x263C52),
        thickness=0.45,
    ),
}

_current: ContextVar[str] = ContextVar("person", default="first")


def current() -> str:
    """Return the name of the person that is drawn or checked at the moment."""
    return _current.get()


@contextmanager
def drawing(person: str) -> Iterator[None]:
    """Make `person` the current one while the block runs."""
    token = _current.set(person)
    try:
        yield
    finally:
        _current.reset(token)


def use(person: str) -> None:
    """Make `person` the current one from now on."""
    _current.set(person)
