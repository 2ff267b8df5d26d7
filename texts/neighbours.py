"""The previous and the next page in a list."""

from collections.abc import Iterable
from typing import TypeVar

Row = TypeVar("Row")


def neighbours(rows: Iterable[Row], row: Row) -> tuple[Row | None, Row | None]:
    """Return the rows before and after `row` in `rows`; None at either end."""
    rows = list(rows)
    place = rows.index(row)
    return (rows[place - 1] if place else None), (rows[place + 1] if place + 1 < len(rows) else None)
