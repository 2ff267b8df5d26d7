"""What the current visitor gets of a clip: the files and words of their side and view."""

from typing import Any

from django.db.models.fields.files import FieldFile

from clips.timeline import Part, parts_of
from exercises.positions import Position
from exercises.sides import current


class ShownToVisitors:
    """The part of a `Clip` that depends on the current visitor; the fields are the clip's."""

    story: str
    position: str
    made: str
    timeline: list[dict[str, Any]]
    film: FieldFile
    film_flipped: FieldFile
    film_night: FieldFile
    film_night_flipped: FieldFile
    still: FieldFile
    still_flipped: FieldFile
    still_small: FieldFile
    still_small_flipped: FieldFile

    def fits(self, position: str) -> int:
        """Return how well it fits a visitor's chosen `Position` ("" for none): 2 exactly, 1 well enough, 0 badly."""
        if position and self.position == position:
            return 2
        return 0 if self.position == Position.LYING or position == Position.LYING else 1

    @property
    def parts(self) -> list[Part]:
        """What happens in the film from when to when, in words for the current visitor; empty for most filmed clips."""
        return parts_of(self.timeline)

    @property
    def flipped_for_visitor(self) -> bool:
        """Whether the current visitor gets the flipped twin of film and stills.

        The author's story is a fact about the author: only the view turns it, never the visitor's side.
        """
        sides = current()
        return (self.made != sides.view) if self.story else sides.flips(self.made)

    @property
    def film_url(self) -> str:
        return str((self.film_flipped if self.flipped_for_visitor else self.film).url)

    @property
    def other_film_url(self) -> str:
        """The film for the other view: what the button "like a mirror" switches to."""
        return str((self.film if self.flipped_for_visitor else self.film_flipped).url)

    @property
    def film_night_url(self) -> str:
        """The film on a dark ground; "" when it was not made in that way, and the page dims the ordinary one."""
        film = self.film_night_flipped if self.flipped_for_visitor else self.film_night
        return str(film.url) if film else ""

    @property
    def other_film_night_url(self) -> str:
        """The film on a dark ground for the other view."""
        film = self.film_night if self.flipped_for_visitor else self.film_night_flipped
        return str(film.url) if film else ""

    @property
    def still_url(self) -> str:
        return str((self.still_flipped if self.flipped_for_visitor else self.still).url)

    @property
    def other_still_url(self) -> str:
        return str((self.still if self.flipped_for_visitor else self.still_flipped).url)

    @property
    def still_small_shown(self) -> FieldFile:
        still: FieldFile = self.still_small_flipped if self.flipped_for_visitor else self.still_small
        return still

    @property
    def still_small_url(self) -> str:
        return str(self.still_small_shown.url)
