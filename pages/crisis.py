"""Whether a search is made by somebody who may be thinking of dying or of hurting themselves.

The search page shows a card with help above the results then. A card too many does no harm, a card too few may: so bare
words such as "die" and "kill" count, after phrases that mean something else ("dying to know", "painkiller") have been
taken out. The wordings are in `crisis.toml`.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from rapidfuzz.distance import OSA

from pages.search import plain

_DATA = tomllib.loads(Path(__file__).with_name("crisis.toml").read_text())
_GROUPS = ("suicide", "dying", "no_hope", "self_harm", "spanish")
#: Digits and signs that stand for letters within a word, as in "su1cide".
_LOOKALIKES = str.maketrans("013457@$", "oieastas")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return one expression that matches whole words of any of `patterns`."""
    return re.compile("|".join(rf"\b(?:{pattern})(?!\w)" for pattern in patterns))


_SPELLINGS = [(_any_of([written]), spelling) for written, spelling in _DATA["spellings"]]
_HARMLESS = _any_of(_DATA["harmless"])
_WORDINGS = _any_of(pattern for group in _GROUPS for pattern in _DATA[group])
_MISTYPED: dict[str, int] = _DATA["mistyped"]
_NEAR_BUT_HARMLESS = frozenset(_DATA["near_but_harmless"])


def calls_for_help(words: str) -> bool:
    """Return whether a search for `words` is answered with the crisis card first."""
    text = _HARMLESS.sub(" - ", _plain(words)).strip()
    return bool(_WORDINGS.search(text)) or any(map(_is_mistyped, text.split()))


def _plain(words: str) -> str:
    """Return `words` without case, accents, punctuation and drawn-out letters ("dieee"), in one spelling."""
    text = plain(_APOSTROPHES.sub("", words.casefold()))
    text = " ".join(re.findall(r"[^\W_]+(?:[@$][^\W_]+)*", text))
    text = re.sub(r"\S*[^\W\d_]\S*", lambda word: word[0].translate(_LOOKALIKES), text)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)
    text = re.sub(r"\b(?:[a-z] ){2,}[a-z]\b", lambda letters: letters[0].replace(" ", ""), text)  # "k m s"
    for written, spelling in _SPELLINGS:
        text = written.sub(spelling, text)
    return text


def _is_mistyped(word: str) -> bool:
    """Return whether `word` is one of the single words with a letter or two wrong."""
    return word not in _NEAR_BUT_HARMLESS and any(
        word[0] == right[0] and OSA.distance(word, right, score_cutoff=most) <= most
        for right, most in _MISTYPED.items()
    )
