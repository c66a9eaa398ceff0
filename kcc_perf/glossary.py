"""Terms of the SORP, found in what a page says and linked to what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from sorp.models.clauses import Term

# Inside these nothing is linked: links and buttons would nest, headings would read as menus.
CLOSED = {
    *("a", "button", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "label", "legend", "caption"),
    *("script", "style", "code", "pre", "title", "textarea", "option", "select", "svg", "abbr"),
}
MARKUP = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms of one version: one pattern that finds them all, the longest first."""

    pattern: re.Pattern[str] | None
    anchors: dict[str, str]

    @classmethod
    def of(cls, terms: Iterable[str]) -> Glossary:
        """Abbreviations are found as they are written, other terms whatever their capitals."""
        ordered = sorted(set(terms), key=len, reverse=True)
        if not ordered:
            return cls(None, {})
        found = "|".join(_as_pattern(each) for each in ordered)
        return cls(
            re.compile(rf"(?<![\w-])(?:{found})(?![\w-])"),
            {_key(each): slugify(each) for each in ordered},
        )

    def anchor(self, words: str) -> str:
        """The anchor of a term as it was found, in the singular or the plural."""
        written = unescape(words)
        for form in (written, written[:-1], written[:-2]):
            if anchor := self.anchors.get(_key(form)):
                return anchor
        return ""


def _as_pattern(term: str) -> str:
    written = re.escape(escape(term)).replace(r"\ ", r"\s+") + "(?:s|es)?"
    return written if term.isupper() else f"(?i:{written})"


def _key(words: str) -> str:
    return " ".join(words.split()).casefold()


@lru_cache(maxsize=16)
def glossary_of(version_id: int, mark: str) -> Glossary:
    """The terms of a version that was approved: they never change, so they are kept in memory.

    `mark` tells it from another version that a test, or a restored backup, gave the same number.
    """
    return Glossary.of(Term.objects.filter(version=version_id).values_list("term", flat=True))


def linked(html: str, glossary: Glossary, address: str, seen: set[str]) -> SafeString:
    """Markup in which the first of each term leads to its meaning. Adds what it linked to `seen`.

    The markup is taken as it is: what was typed by people has to have been escaped already.
    """
    if glossary.pattern is None:
        return SafeString(html)
    depth, parts = 0, []
    for part in MARKUP.split(html):
        if part.startswith("<"):
            depth += _closing(part)
            parts.append(part)
        elif depth > 0 or not part:
            parts.append(part)
        else:
            parts.append(_linked_text(part, glossary, address, seen))
    return SafeString("".join(parts))


def _closing(tag: str) -> int:
    """One more element in which nothing is linked, one fewer, or neither."""
    match = ELEMENT.match(tag)
    if match is None or match[2].lower() not in CLOSED or tag.endswith("/>"):
        return 0
    return -1 if match[1] else 1


def _linked_text(text: str, glossary: Glossary, address: str, seen: set[str]) -> str:
    def link(match: re.Match[str]) -> str:
        anchor = glossary.anchor(match[0])
        if not anchor or anchor in seen:
            return match[0]
        seen.add(anchor)
        return format_html(
            '<a class="govuk-link kcc-term" href="{}#{}">{}</a>',
            address,
            anchor,
            SafeString(match[0]),
        )

    assert glossary.pattern is not None
    return glossary.pattern.sub(link, text)
