"""Which exercise a film shows, read from the name of its file: "clapping hard 3.MOV" is Clapping hard, variation 3."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from exercises.models import Exercise
from exercises.sides import sided

GOOD_ENOUGH = 84.0  # per cent of the letters; two wrong letters in "clapping hard" pass, another word does not
# Per cent that are taken away when the exercises that fit are ranked:
EXTRA_WORD = 10.0  # for each word of the file's name that the exercise's does not explain
OTHER_ORDER = 6.0  # for another order of the words
UNTOLD = 3.0  # for not saying what tells the exercise apart from its namesakes
TOO_CLOSE = 1.0  # between the best two, at which neither is suggested

NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
#: Words in whose company the order counts: "right to left" is not "left to right".
DIRECTIONS = {"left", "right", "up", "down"}
#: Words people leave out.
SMALL = {"and", "the", "of", "a", "an", "my"}
#: What cameras, phones and file managers put into names.
NOISE = {"img", "vid", "mov", "mvi", "dsc", "dscf", "dscn", "pxl", "gopr", "gx", "dji", "video", "film", "clip"}
NOISE |= {"movie", "copy", "final", "take", "new", "edited"}
#: What stands before or between the numbers of a variation: "variation 3", "3 of 6", "no 3".
NUMBERING = {"variation", "var", "version", "part", "nr", "no", "number", "von", "de"}
_CAMERA_NUMBER = re.compile(rf"\b(?:{'|'.join(sorted(NOISE))})[ _-]*\d{{2,}}\b", re.IGNORECASE)
_COPY_NUMBER = re.compile(r"\s*\(\d{1,2}\)\s*$")
_ENDING = re.compile(r"(?:\.(?:3gp|3g2|[a-z]\w{1,4}))+$", re.IGNORECASE)  # ".mp4", and twice when somebody renamed it
#: Numbers that say when and how a film was made: dates, times, sizes, rates, speeds, lengths, repetitions.
_NO_VARIATION = re.compile(
    r"(?<!\d)(?:"
    r"\d{8}[-_ ]?\d{0,6}|\d{4}[-_. ]\d{2}[-_. ]\d{2}|\d{1,2}[-_./]\d{1,2}[-_./]\d{2,4}"
    r"|\d{1,2}[.:h]\d{2}(?:[.:]\d{2})?(?:\s?[ap]\.?m\b)?|\d{2}[-_]\d{2}[-_]\d{2}"
    r"|\d{2,5}\s?[x\u00d7]\s?\d{2,5}"
    r"|\d+(?:[.,]\d+)?\s?(?:p|i|k|fps|hz|x|s|sec|secs|seconds|min|mins|minutes|reps|times|mb|kb|gb)\b"
    r")(?!\d)",
    re.IGNORECASE,
)
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
    found = words(_NO_VARIATION.sub(" ", stem(filename)))
    fitting = [(best_score(found, exercise), exercise) for exercise in exercises]
    fitting = [(fit, exercise) for fit, exercise in fitting if fit.likeness >= GOOD_ENOUGH]
    fitting.sort(key=lambda pair: -pair[0].rank)
    if not fitting:
        return None
    best, exercise = fitting[0]
    if len(fitting) > 1 and best.rank - fitting[1][0].rank < TOO_CLOSE:
        return None
    return Suggestion(exercise, variation_in(found, best, last_variation(exercise)))


@dataclass(frozen=True)
class Score:
    """How well a name fits (per cent), its rank among others, and which words of the file's name it explains."""

    likeness: float
    rank: float
    start: int = 0
    end: int = 0


def stem(filename: str) -> str:
    """Return the name without its ending, without what cameras number, and without the "(1)" of a second download."""
    name = _ENDING.sub("", filename)
    name = _CAMERA_NUMBER.sub(" ", name)
    without_copy = _COPY_NUMBER.sub("", name)
    return without_copy if re.search(r"\d", without_copy) else name


def words(text: str) -> list[str]:
    """Return the words of a name in one spelling: small, without accents, numbers as digits, dates left out."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    found = [NUMBER_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", plain)]
    found = [str(int(word)) if word.isdecimal() and len(word) < 6 else word for word in found]
    return [word for word in found if word not in NOISE | SMALL and not (word.isdecimal() and int(word) > 1000)]


def best_score(found: list[str], exercise: Exercise) -> Score:
    """Return how well an exercise fits: by its name, its name with what tells it apart, or its address."""
    name, subtitle = sided(exercise.name), sided(exercise.subtitle)
    scores = [
        score(found, words(name), UNTOLD if subtitle else 0),
        score(found, words(f"{name} {subtitle}"), 0),
        score(found, words(exercise.slug.replace("-", " ")), UNTOLD if subtitle else 0),
    ]
    return max(scores, key=lambda each: (each.rank, each.end - each.start))


def score(found: list[str], name: list[str], malus: float) -> Score:
    """Compare a name with every run of as many words."""
    best = Score(0, 0)
    size = min(len(name), len(found))
    if not size:
        return best
    wanted = " ".join(name)
    for start in range(len(found) - size + 1):
        run = found[start : start + size]
        others = [word for word in found[:start] + found[start + size :] if not word.isdecimal()]
        likeness = fuzz.ratio(" ".join(run), wanted)
        rank = likeness - malus - EXTRA_WORD * len(set(others) - NUMBERING)
        if not DIRECTIONS.intersection(run, name):
            sorted_likeness = fuzz.token_sort_ratio(" ".join(run), wanted)
            if sorted_likeness - OTHER_ORDER > likeness:
                rank += sorted_likeness - OTHER_ORDER - likeness
                likeness = sorted_likeness
        if rank > best.rank:
            best = Score(likeness, rank, start, start + size)
    return best


def last_variation(exercise: Exercise) -> int:
    """Return the number of an exercise's last variation; load exercises `with_last_variation()` before asking often."""
    if hasattr(exercise, "last_variation"):
        return exercise.last_variation or 1
    return max([1, *exercise.variations.values_list("number", flat=True)]) if exercise.pk else 1


def variation_in(found: list[str], best: Score, last: int) -> int:
    """Return the first number after the exercise's name, else the last one before it, of those up to `last`; else 1."""
    after = [int(word) for word in found[best.end :] if word.isdecimal()]
    before = [int(word) for word in found[: best.start] if word.isdecimal()]
    for number in [*after, *reversed(before)]:
        if 1 <= number <= last:
            return number
    return 1
