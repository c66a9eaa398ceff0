"""What a council calls things: its own words in place of ours, wherever we would say ours. Pure.

The code and its record keep one word for one thing (docs/lexicon.md). What people read is said in the
council's own words: a request, a job and the drawing of a document each settle which those are, and
`word` and `in_own_words` read them. A document is drawn in the words that were frozen with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from core.canonical_json import digest

# What each is called unless the council says otherwise. The key is the code's.
OURS: Mapping[str, str] = {
    "sorp": "SORP",
    "sorp_in_full": "statement of required practice",
    "pat": "PAT",
    "pat_in_full": "Performance Assurance Team",
    "dat": "DAT",
    "dat_in_full": "Delivery Assurance Team",
    "posc": "POSC",
    "posc_in_full": "Policy Overview and Scrutiny Committee",
    "plan": "strategic plan",
    "floor": "floor standard",
}
COUNCIL = "council"  # under which its name stands among its words
TEAMS, ONE_TEAM = (
    "teams",
    "one",
)  # under which stands how many assurance teams it has, and that it has one
NOT_WORDS = frozenset({*OURS, TEAMS})
NONE: Mapping[str, str] = MappingProxyType({})
_own: ContextVar[Mapping[str, str]] = ContextVar("own_words", default=NONE)


# Who knows the words outside a request: the project says so when it starts.
_known_by: list[Callable[[], Mapping[str, str]]] = []


def known_by(ask: Callable[[], Mapping[str, str]]) -> None:
    """From now on, jobs and e-mails speak as this answers. It is asked by `speak_as_council`."""
    _known_by[:] = [ask]


def speak_as_council() -> None:
    """From here on, in this job, things are called what the council calls them."""
    for ask in _known_by:
        own = ask()
        _own.set({key: said for key, said in own.items() if said})


def council_name(otherwise: str) -> str:
    """What the council is called, where it is known here."""
    return _own.get().get(COUNCIL) or otherwise


def word(key: str) -> str:
    """What the council calls this: `word("sorp")`. KeyError for a key that is none of ours."""
    return _own.get().get(key) or OURS[key]


def words() -> dict[str, str]:
    """All of them, as they are said now."""
    return {key: word(key) for key in OURS}


@contextmanager
def spoken(own: Mapping[str, str]) -> Iterator[None]:
    """Inside, the council's own words are these."""
    token = _own.set({key: said for key, said in own.items() if said})
    try:
        yield
    finally:
        _own.reset(token)


# The longest first, so that "Performance Assurance Team" is not taken for something shorter. A word that
# begins a sentence begins with a capital, in ours and in theirs.
_KEYS = {said: key for key, said in OURS.items()} | {
    said[:1].upper() + said[1:]: key for key, said in OURS.items()
}
_SAID = re.compile(
    r"(?<![\w/.-])("
    + "|".join(re.escape(said) for said in sorted(_KEYS, key=len, reverse=True))
    + r")(?P<many>s?)(?![\w/-]|\.\w)",
)

# Where a council has one team for both tasks, it is PAT: "PAT and DAT" and "PAT or DAT" are then PAT.
_BOTH = re.compile(r"\b(?P<first>PAT) (?:and|or) DAT\b")


def in_own_words(text: str, *, written: Callable[[str], str] = str) -> str:
    """A sentence of ours as the council would say it. What somebody wrote is left alone: do not give it.

    A council with one team for both tasks has PAT alone: no sentence speaks of two.

    `written` says how a word is written where the text is not plain: escaped, in HTML.
    """
    own = _own.get()
    if own.get(TEAMS) == ONE_TEAM:
        text = _BOTH.sub(lambda found: found["first"], text)
    if not own.keys() & OURS.keys():
        return text

    def theirs_for(found: re.Match[str]) -> str:
        key = _KEYS[found[1]]
        theirs = own.get(key)
        if not theirs:
            return found[0]
        is_capital = found[1] != OURS[key]
        said = theirs[:1].upper() + theirs[1:] if is_capital else theirs
        return written(said) + found["many"]

    return _SAID.sub(theirs_for, text)


def said_at_the_head() -> dict[str, str]:
    """The council's name and look, without its words."""
    return {key: said for key, said in _own.get().items() if key not in NOT_WORDS}


def mark() -> str:
    """A few letters that differ where what the council says of itself does; none where it says nothing."""
    own = _own.get()
    return digest(repr(sorted(own.items())).encode())[:8] if own else ""
