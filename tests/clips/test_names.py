"""Which exercise a film shows, from the name of its file; the names are those of the programme."""

import pytest

from clips.names import suggest
from exercises.models import Exercise

NAMES = """
{Right} to {left} | | right-to-left
Down to up | | down-to-up
First diagonal | up {right}, down {left} | first-diagonal
Second diagonal | up {left}, down {right} | second-diagonal
Center to down | | center-to-down
Center to up | | center-to-up
Center to {right} | | center-to-right
Center to {left} | | center-to-left
Shoulder from center to up | | shoulder-from-center-to-up
Slow chest motion | | slow-chest-motion
Bottom to up with the hand | with the {right} hand | bottom-to-up-with-the-hand
{Right} to {left} with the hand | with the {right} hand | right-to-left-with-the-hand
{Right} to {left} | with help from the {left} hand | right-to-left-with-help
Arms and neck | | arms-and-neck
Clapping | soft claps | clapping
Clapping hard | | clapping-hard
Shoulders and neck | | shoulders-and-neck
Legs and neck | | legs-and-neck
Arms and legs | | arms-and-legs
Balloon down | | balloon-down
Balloon up | | balloon-up
Half-full bottle of water | | half-full-bottle-of-water
Up-down bottle | | up-down-bottle
{Right}-{left} bottle | | right-left-bottle
Face one | eyebrows up | face-one
Face two | eyes closed softly | face-two
Face six | eyes in 4 directions | face-six
Extreme position | | extreme-position
"""


@pytest.fixture
def exercises():
    rows = [[part.strip() for part in line.split("|")] for line in NAMES.strip().splitlines()]
    found = [Exercise(name=name, subtitle=subtitle, slug=slug) for name, subtitle, slug in rows]
    for exercise in found:
        setattr(exercise, "last_variation", 6 if exercise.slug == "clapping-hard" else 3)  # noqa: B010 - as the query does
    return found


@pytest.mark.parametrize(
    "filename",
    [
        "right to left 2026-03-01 12.30.mov",
        "right to left 2026-03-02.mov",
        "right to left 20260301_02.mp4",
        "right to left 01.03.2026.mov",
        "right to left 3-2-26.mov",
        "right to left 2.30 pm.mov",
        "right to left 1080p 30fps.mp4",
        "right to left 2160p 60 fps.mp4",
        "right to left 1920x1080.mp4",
        "right to left 4k.mov",
        "right to left 2x.mov",
        "right to left 10x.mov",
        "right to left 3 times.mov",
        "right to left 3 reps.mov",
        "right to left 2 min.mov",
        "right to left.mp4.mp4",
        "right to left.3gp",
        "right to left 12.mov",
    ],
)
def test_a_number_that_is_no_variation_suggests_none(exercises, filename):
    found = suggest(filename, exercises)

    assert (found.exercise.slug, found.variation) == ("right-to-left", 1)


@pytest.mark.parametrize(
    ("filename", "slug", "variation"),
    [
        ("clapping hard 3.MOV", "clapping-hard", 3),
        ("Clapping_Hard_3.mp4", "clapping-hard", 3),
        ("CLAPPING-HARD.mov", "clapping-hard", 1),
        ("ClappingHard3.mov", "clapping-hard", 3),
        ("claping hard 3.mov", "clapping-hard", 3),
        ("clapping hrad 3.mov", "clapping-hard", 3),
        ("clapping hard three.mov", "clapping-hard", 3),
        ("clapping hard 3 of 6.mov", "clapping-hard", 3),
        ("clapping hard variation 5.mov", "clapping-hard", 5),
        ("clapping hard (4).mov", "clapping-hard", 4),
        ("clapping hard 3 (1).mov", "clapping-hard", 3),
        ("clapping hard 3 copy.mov", "clapping-hard", 3),
        ("03 clapping hard.mov", "clapping-hard", 3),
        ("IMG_4521 clapping hard 2.mov", "clapping-hard", 2),
        ("2026-11-22 clapping hard 2.mov", "clapping-hard", 2),
        ("hard clapping 2.mov", "clapping-hard", 2),
        ("clapping.mov", "clapping", 1),
        ("soft clapping.mov", "clapping", 1),
        ("clapping soft claps.mov", "clapping", 1),
        ("face 1.mov", "face-one", 1),
        ("Face two.mov", "face-two", 1),
        ("face six 2.mov", "face-six", 2),
        ("arms and neck 2.MP4", "arms-and-neck", 2),
        ("arms_legs.mov", "arms-and-legs", 1),
        ("right to left.mov", "right-to-left", 1),
        ("right to left with help.mov", "right-to-left-with-help", 1),
        ("right to left with the hand.mov", "right-to-left-with-the-hand", 1),
        ("centre to left.mov", "center-to-left", 1),
        ("center to rigth 1.mov", "center-to-right", 1),
        ("Center to up.mov", "center-to-up", 1),
        ("second diagonal 1.mov", "second-diagonal", 1),
        ("baloon up.mov", "balloon-up", 1),
        ("half full bottle.mov", "half-full-bottle-of-water", 1),
        ("up-down bottle 3.mov", "up-down-bottle", 3),
        ("right left bottle 2.mov", "right-left-bottle", 2),
        ("posicion extreme position.mov", "extreme-position", 1),
    ],
)
def test_a_name_is_understood(exercises, filename, slug, variation):
    found = suggest(filename, exercises)

    assert found is not None
    assert (found.exercise.slug, found.variation) == (slug, variation)


@pytest.mark.parametrize(
    "filename",
    ["IMG_4521.MOV", "20261122_101500.mp4", "", ".mov", "film.mov", "left to right.mov", "holiday.mov", "🙂.mov"],
)
def test_a_name_that_says_nothing_suggests_nothing(exercises, filename):
    assert suggest(filename, exercises) is None


def test_there_may_be_no_exercises():
    assert suggest("clapping hard 3.MOV", []) is None


def test_two_exercises_of_one_name_are_left_to_the_therapist():
    twins = [
        Exercise(name="Clapping", subtitle="softly", slug="a"),
        Exercise(name="Clapping", subtitle="hard", slug="b"),
    ]

    assert suggest("clapping.mov", twins) is None
    found = suggest("clapping hard.mov", twins)
    assert found is not None
    assert found.exercise.slug == "b"
