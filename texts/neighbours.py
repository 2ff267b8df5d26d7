"""What comes before and after a page in its list."""

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def neighbours(rows: Sequence[Row], row: Row) -> tuple[Row | None, Row | None]:
    """Return what comes before and after `row` in `rows`; None at either end."""
    place = rows.index(row)
    return (rows[place - 1] if place else None), (rows[place + 1] if place + 1 < len(rows) else None)
