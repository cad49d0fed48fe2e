"""What words say of a mood: a lexicon per language, as tables and patterns for SQL.

A text is scored in one pass of one regular expression over all texts (``sql/10_staging``); here
the expression is made. Words of different languages never meet: each word of a text carries the
language of the text (``en:still``), and so does each phrase.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import Field, ValidationError

from ..errors import JourneyError, SettingsError, did_you_mean, raise_all
from ..settings_calendars import Strict

#: Tables that lexicons give to the models.
GIVEN = ("language_words", "phrase_weights")
#: Folder of a project with lexicons of its own.
FOLDER = "lexicons"
_LANGUAGE = re.compile(r"[a-z]{2}")
_WORDS_BETWEEN = 3
_Weight = Annotated[float, Field(ge=-2, le=2)]


class Lexicon(Strict):
    """``lexicons/<language>.toml``: phrases by weight, what turns them around, and common words.

    ``common`` are words that tell the language; they may be left out where the package has them.
    """

    common: str = ""
    negators: str = ""
    between: str = ""
    phrases: dict[_Weight, str]


@dataclass(frozen=True, slots=True)
class Lexicons:
    """All lexicons of a project, as the models read them.

    Attributes
    ----------
    pattern
        Finds a phrase (second group), and the negator before it (first group), in a text whose
        words carry their language and have two spaces between them.
    tables
        ``language_words``: common words of each language, and whether it has a lexicon.
        ``phrase_weights``: weight of each phrase in thousandths.
    """

    pattern: str
    tables: dict[str, pa.Table]

    @property
    def words(self) -> list[tuple[object, ...]]:
        """Return everything that scores depend on, for the fingerprint of a run."""
        return [(self.pattern,), *(tuple(row.values()) for table in self.tables.values()
                                   for row in table.to_pylist())]


def load_lexicons(project: Path) -> Lexicons:
    """Read the shipped lexicons and those of a project, which add to them and go before them.

    Raises
    ------
    SettingsError
        Files that are no lexicons, all at once.
    """
    shipped = Path(str(files("journey_analytics") / "lexicons"))
    common = {language: _words(text)
              for language, text in tomllib.loads(_text(shipped / "languages.toml")).items()}
    paths = [p for p in sorted(shipped.glob("*.toml")) if p.stem != "languages"]
    paths += sorted((project / FOLDER).glob("*.toml"))
    problems: list[JourneyError] = []
    weights: dict[str, dict[str, int]] = {}
    negators: dict[str, set[str]] = {}
    between: dict[str, set[str]] = {}
    for path in paths:
        try:
            lexicon, phrases = _read(path, common)
        except JourneyError as error:
            problems.append(error)
            continue
        language = path.stem
        weights.setdefault(language, {}).update(phrases)
        negators.setdefault(language, set()).update(_words(lexicon.negators))
        between.setdefault(language, set()).update(_words(lexicon.between))
        common[language] = common.get(language, set()) | _words(lexicon.common)
    raise_all(problems)
    marked = {_marked(language, phrase): weight for language, phrases in weights.items()
              for phrase, weight in phrases.items()}
    turning, filling = (
        [_marked(language, word) for language, words in found.items() for word in words]
        for found in (negators, between))
    pattern = (f" (?:({_any(turning)})  (?:(?:{_any(filling)})  ){{0,{_WORDS_BETWEEN}}})??"
               f"({_any(marked)}) ")
    return Lexicons(pattern, {
        "language_words": _language_words(common, weights),
        "phrase_weights": pa.table({
            "phrase": pa.array(sorted(marked), pa.string()),
            "weight": pa.array([marked[p] for p in sorted(marked)], pa.int64())}),
    })


def _read(path: Path, common: dict[str, set[str]]) -> tuple[Lexicon, dict[str, int]]:
    """Return a lexicon and its phrases' weights in thousandths."""
    if not _LANGUAGE.fullmatch(path.stem):
        raise SettingsError(str(path), "not named after a language", found=f"'{path.stem}'",
                            allowed="two small letters (ISO 639-1), as en.toml")
    try:
        lexicon = Lexicon.model_validate(tomllib.loads(_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), f"not valid TOML: {error}") from None
    except ValidationError as error:
        raise_all([_explained(path, dict(problem)) for problem in error.errors()])
        raise
    if not lexicon.common and path.stem not in common:
        raise SettingsError(str(path), "'common' is missing",
                            remedy="List 50 words or more that tell this language from others.")
    phrases: dict[str, int] = {}
    for weight, text in lexicon.phrases.items():
        for line in filter(None, map(str.strip, text.splitlines())):
            phrase = words_of(line)
            if phrase in phrases or not phrase:
                raise SettingsError(f"{path}: '{line}'", "no word, or listed already")
            phrases[phrase] = round(1000 * weight)
    return lexicon, phrases


def _explained(path: Path, problem: dict[str, Any]) -> JourneyError:
    name = ".".join(str(p) for p in problem["loc"] if p != "[key]")
    if problem["type"] == "extra_forbidden":
        fields = sorted(Lexicon.model_fields)
        return SettingsError(str(path), f"unknown setting '{name}'", allowed=", ".join(fields),
                             remedy=did_you_mean(name, fields))
    return SettingsError(str(path), f"'{name}': {problem['msg']}")


def words_of(text: str) -> str:
    """Return a phrase as texts are read: small letters, ``#`` for numbers, no apostrophes."""
    text = re.sub(r"\d+", "#", re.sub("['’`]", "", text.lower()))
    return " ".join(re.findall(r"[^\W_#]*#[^\W_]*|[^\W_]+|[^\w\s.,:;!?()\"-]", text))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _words(text: str) -> set[str]:
    return set(words_of(text).split())


def _marked(language: str, phrase: str) -> str:
    return "  ".join(f"{language}:{word}" for word in phrase.split())


def _any(phrases: dict[str, int] | list[str]) -> str:
    """Return an expression for any of them, the longest first."""
    ordered = sorted(phrases, key=lambda p: (-len(p.split()), -len(p), p))
    return "|".join(map(re.escape, ordered)).replace(r"\ ", " ").replace(r"\#", "#")


def _language_words(common: dict[str, set[str]], weights: dict[str, Any]) -> pa.Table:
    """Return the words of each language, and whether no other language has them."""
    languages = Counter(word for words in common.values() for word in words)
    rows = sorted((word, language) for language, words in common.items() for word in words)
    return pa.table({
        "word": pa.array([w for w, _ in rows], pa.string()),
        "language": pa.array([n for _, n in rows], pa.string()),
        "has_lexicon": pa.array([n in weights for _, n in rows], pa.bool_()),
        "is_own": pa.array([languages[w] == 1 for w, _ in rows], pa.bool_()),
    })
