"""Which exercise a film shows, read from the name of its file: "clapping hard 3.MOV" is Clapping hard, variation 3."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from exercises.models import Exercise
from exercises.sides import sided

MOST_VARIATIONS = 30
GOOD_ENOUGH = 84.0  # per cent of the letters; two wrong letters in "clapping hard" pass, another word does not
TOO_CLOSE = 1.0  # per cent between the best two, at which neither is suggested
EXTRA_WORD = 1.5  # per cent that each word the exercise's name does not explain takes away
OTHER_ORDER = 8.0  # per cent that another order of the words takes away

NUMBER_WORDS = {
    word: str(number) for number, word in enumerate("one two three four five six seven eight nine ten".split(), start=1)
}
#: Words in whose company the order counts: "right to left" is not "left to right".
DIRECTIONS = {"left", "right", "up", "down"}
#: What cameras, phones and file managers put into names.
NOISE = set("img vid mov mvi dsc dscf dscn pxl gopr gx dji video film clip movie copy final take new edited".split())
#: What stands before or between the numbers of a variation: "variation 3", "3 of 6", "no 3".
NUMBERING = set("variation var version part nr no number of von de".split())
_CAMERA_NUMBER = re.compile(rf"\b(?:{'|'.join(sorted(NOISE))})[ _-]*\d{{2,}}\b", re.IGNORECASE)
_COPY_NUMBER = re.compile(r"\s*\(\d{1,2}\)\s*$")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@dataclass(frozen=True)
class Suggestion:
    """What a film most likely shows."""

    exercise: Exercise
    variation: int


def suggest(filename: str, exercises: Iterable[Exercise]) -> Suggestion | None:
    """Return the exercise and variation that a file's name speaks of, None when it speaks of none or of several.

    Forgives case, accents, underscores, other words around the name and small slips of the keyboard. Number words
    count as numbers, so that "face 1" finds "Face one".
    """
    found = words(stem(filename))
    scored = sorted(
        ((best_score(found, exercise), exercise) for exercise in exercises), key=lambda pair: -pair[0].value
    )
    if not scored or scored[0][0].value < GOOD_ENOUGH:
        return None
    best, exercise = scored[0]
    if len(scored) > 1 and best.value - scored[1][0].value < TOO_CLOSE:
        return None
    return Suggestion(exercise, variation_in(found, best))


@dataclass(frozen=True)
class Score:
    """How well a name fits, and which words of the file's name it explains."""

    value: float
    start: int = 0
    end: int = 0


def stem(filename: str) -> str:
    """Return the name without its ending, without what cameras number, and without the "(1)" of a second download."""
    name = re.sub(r"\.\w{2,5}$", "", filename)
    name = _CAMERA_NUMBER.sub(" ", name)
    without_copy = _COPY_NUMBER.sub("", name)
    return without_copy if re.search(r"\d", without_copy) else name


def words(text: str) -> list[str]:
    """Return the words of a name in one spelling: small, without accents, numbers as digits, dates left out."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    found = [NUMBER_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", plain)]
    found = [str(int(word)) if word.isdecimal() and len(word) < 6 else word for word in found]
    return [word for word in found if word not in NOISE and not (word.isdecimal() and int(word) > 1000)]


def best_score(found: list[str], exercise: Exercise) -> Score:
    """Return how well an exercise fits: by its name, its name with what tells it apart, or its address."""
    name = sided(exercise.name)
    names = {name, f"{name} {sided(exercise.subtitle)}", exercise.slug.replace("-", " ")}
    return max((score(found, words(each)) for each in names), key=lambda each: (each.value, each.end - each.start))


def score(found: list[str], name: list[str]) -> Score:
    """Compare a name with every run of as many words; words left over count a little against it."""
    if not found or not name:
        return Score(0)
    size = min(len(name), len(found))
    wanted = " ".join(name)
    best = Score(0)
    for start in range(len(found) - size + 1):
        run = found[start : start + size]
        value = fuzz.ratio(" ".join(run), wanted)
        if not DIRECTIONS.intersection(run, name):
            value = max(value, fuzz.token_sort_ratio(" ".join(run), wanted) - OTHER_ORDER)
        others = found[:start] + found[start + size :]
        value -= EXTRA_WORD * sum(1 for word in others if not word.isdecimal() and word not in NUMBERING)
        if value > best.value:
            best = Score(value, start, start + size)
    return best


def variation_in(found: list[str], best: Score) -> int:
    """Return the first number after the exercise's name, else the last one before it, else 1."""
    after = [int(word) for word in found[best.end :] if word.isdecimal()]
    before = [int(word) for word in found[: best.start] if word.isdecimal()]
    for number in [*after, *reversed(before)]:
        if 1 <= number <= MOST_VARIATIONS:
            return number
    return 1
