"""Search over exercises, questions, problems and pages.

The whole programme is a few hundred short texts, so the index is kept in memory and rebuilt when the content version
rises. Words are compared by their stems (snowball, for plurals) and by similarity (rapidfuzz, for small typos), without
case and accents.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

import snowballstemmer
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from exercises.models import Exercise
from exercises.sides import Side, Sides, current, sided
from faq.models import Problem, Question
from pages.models import Page
from stages.models import Stage
from texts import freshness

_stem = snowballstemmer.stemmer("english").stemWord
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
#: Words that occur in nearly every text, and so do not help to tell texts apart.
_COMMON = frozenset(
    _WORD.findall(
        "a an and are as at be by do don't for from can can't cannot have how i if in is it me my of on or that the "
        "this to what when with you your"
    )
)
#: Words that patients use, and the words of the texts for the same.
_SYNONYMS = {
    "anxiety": "worry",
    "anxious": "worry",
    "botox": "botulinum",
    "depressed": "mood",
    "depression": "mood",
    "dysport": "botulinum",
    "dysphagia": "swallowing",
    "migraine": "headache",
    "panic": "worry",
    "phobia": "worry",
    "sad": "mood",
    "sadness": "mood",
    "shaking": "trembling",
    "spasm": "dystonia",
    "spasmodic": "dystonia",
    "torticollis": "dystonia",
    "tremor": "trembling",
    "vertigo": "dizziness",
}
_SYNONYM_STEMS = {_stem(word): _stem(synonym) for word, synonym in _SYNONYMS.items()}
#: The least similarity (0 to 100) of a mistyped word: one wrong letter in five passes, "neck" and "back" stay apart.
SIMILARITY = 78
SNIPPET_CHARACTERS = 180
MOST_RESULTS = 40


@dataclass
class Document:
    """A page or a part of one: its kind, its address, and the texts that are searched."""

    kind: str
    title: str
    url: str
    body: str
    exercise: int | None = None  # its primary key, when it is the page of an exercise
    weights: dict[str, float] = field(default_factory=dict)  # stem -> how much the document is about it


@dataclass
class Index:
    """An inverted index over all documents."""

    documents: list[Document]
    postings: dict[str, list[int]]  # stem -> numbers of the documents that contain it


@dataclass(frozen=True)
class Result:
    """A document among the results, with the part of its text that contains the words."""

    kind: str
    title: str
    url: str
    snippet: SafeString
    exercise: int | None  # its primary key, when it is the page of an exercise


def plain(text: str) -> str:
    """Return `text` without case and accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def stems(text: str) -> list[str]:
    """Return the stem of each word of `text`."""
    return [_stem(word) for word in _WORD.findall(plain(text))]


def plain_text(html: str) -> str:
    """Return a longer text without its markup."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


def _documents() -> Iterable[Document]:
    """Yield everything that can be found, with side words as markers."""
    exercise_kind, question_kind, problem_kind, page_kind = _("Exercise"), _("Question"), _("Problem"), _("Page")
    for exercise in Exercise.objects.published().select_related("group").prefetch_related("variations", "equipment"):
        body = [exercise.purpose, exercise.steps, exercise.feel, exercise.easier, exercise.harder, exercise.group.name]
        body += [f"{variation.title}. {variation.how}" for variation in exercise.variations.all()]
        body += [f"{item.name} {item.substitute}" for item in exercise.equipment.all()]
        name = f"{exercise.name} ({exercise.subtitle})" if exercise.subtitle else exercise.name
        yield Document(str(exercise_kind), name, exercise.get_absolute_url(), "\n".join(body), exercise.pk)
    for stage in Stage.objects.published():
        body = [stage.summary, stage.starts_when, stage.ends_when, stage.how_to, stage.problems, stage.problems_caution]
        body += [stage.how_to_caution, stage.before_you_start, stage.warning]
        yield Document(str(page_kind), stage.title, stage.get_absolute_url(), plain_text("\n".join(body)))
    for question in Question.objects.published():
        yield Document(str(question_kind), question.question, question.get_absolute_url(), plain_text(question.answer))
    for problem in Problem.objects.published():
        body = [problem.summary, problem.what_it_is, problem.what_may_help, problem.when_to_get_help, problem.emergency]
        yield Document(str(problem_kind), problem.name, problem.get_absolute_url(), plain_text("\n".join(body)))
    for page in Page.objects.published().prefetch_related("sections"):
        body = [page.lead, *(f"{section.heading}\n{section.body}" for section in page.sections.all())]
        yield Document(str(page_kind), page.title, page.get_absolute_url(), plain_text("\n".join(body)))


@lru_cache(maxsize=2)
def _index(_version: int, side: str) -> Index:
    """Return the index for one side, whose visitors know exercises by other names; cached by content version."""
    documents = list(_documents())
    for document in documents:
        document.title = sided(document.title, Sides(side=side))
        document.body = sided(document.body, Sides(side=side))
    postings: dict[str, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        for stem in stems(document.body):
            document.weights[stem] = min(3.0, document.weights.get(stem, 0) + 1)
        for stem in stems(document.title):
            document.weights[stem] = 12.0
        for stem in document.weights:
            postings[stem].append(number)
    return Index(documents, dict(postings))


def find(words: str) -> list[Result]:
    """Return the best results for `words`, best first; documents with more of the words come before others."""
    index = _index(freshness.version(), Side.LEFT if current().mirrored else Side.RIGHT)
    query = [stem for stem in stems(words) if stem not in _COMMON] or stems(words)
    scores: dict[int, float] = defaultdict(float)
    hits: dict[int, int] = defaultdict(int)
    matched: set[str] = set()
    for stem in query:
        best: dict[int, float] = {}
        for similar, similarity in _similar(stem, index):
            matched.add(similar)
            for number in index.postings[similar]:
                rarity = 1 + len(index.documents) / len(index.postings[similar])
                weight = index.documents[number].weights[similar] * similarity * rarity**0.5
                best[number] = max(best.get(number, 0), weight)
        for number, weight in best.items():
            scores[number] += weight
            hits[number] += 1
    order = sorted(scores, key=lambda number: (-hits[number], -scores[number], number))[:MOST_RESULTS]
    return [_result(index.documents[number], matched) for number in order]


def _similar(stem: str, index: Index) -> list[tuple[str, float]]:
    """Return the stems of the index that `stem` may stand for, each with its similarity from 0 to 1."""
    matches = [(stem, 1.0)] if stem in index.postings else []
    if (synonym := _SYNONYM_STEMS.get(stem)) in index.postings:
        matches.append((synonym, 0.9))
    if len(stem) >= 4:
        matches += [(longer, 0.6) for longer in index.postings if longer != stem and longer.startswith(stem)]
    if not matches and len(stem) >= 4:
        typos = process.extract(stem, index.postings.keys(), scorer=fuzz.ratio, score_cutoff=SIMILARITY, limit=4)
        matches = [(candidate, score / 200) for candidate, score, _key in typos]
    return matches


def _result(document: Document, matched: set[str]) -> Result:
    snippet = _snippet(document.body, matched)
    return Result(document.kind, document.title, document.url, snippet, document.exercise)


def _snippet(body: str, matched: set[str]) -> SafeString:
    """Return the part of `body` around the first matching word, with matching words marked."""
    body = " ".join(body.split())
    first = next((word.start() for word in _WORD.finditer(body) if _stem(plain(word[0])) in matched), 0)
    sentence = body.rfind(". ", 0, first)
    start = sentence + 2 if sentence >= 0 and first > SNIPPET_CHARACTERS // 2 else 0
    start = start if first - start < SNIPPET_CHARACTERS else body.find(" ", first - 60) + 1
    end = start + SNIPPET_CHARACTERS
    piece = body[start:end] if end >= len(body) else body[start : body.rfind(" ", start, end)] + " …"
    parts: list[tuple[str, str, str]] = []
    last = 0
    for word in _WORD.finditer(piece):
        if _stem(plain(word[0])) in matched and plain(word[0]) not in _COMMON:
            parts.append((piece[last : word.start()], word[0], ""))
            last = word.end()
    marked = format_html_join("", "{}<mark>{}</mark>{}", parts)
    return format_html("{}{}{}", "… " if start else "", marked, piece[last:])
