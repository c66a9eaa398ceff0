"""The guides as they are read inside the service: each of its parts a page, found by its words and by its pages.

They are written once, in docs/guides. What names the address of a page, in `code`, is the help of that
page and of those below it that nothing names; of several in the first guide, the one that names fewest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from itertools import count
from pathlib import Path

from django.urls import Resolver404, get_resolver, resolve, reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.models.people import Person
from core.own_words import in_own_words

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = _ROOT / "docs" / "guides"
PICTURES = _ROOT / "docs" / "images"
# In the order in which they are offered. What is for whoever runs the servers (operations.md) is not read here.
READ_INSIDE = ("starting", "annual-round", "sorp", "files")
CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "link_open": "govuk-link",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
    "fence": "kcc-guide__code",
}
HEADINGS = {"h3": ("h2", "govuk-heading-m"), "h4": ("h3", "govuk-heading-s")}
ADDRESS = re.compile(r"<code>(/[\w-][\w/-]*)</code>")
TAG = re.compile(r"<[^>]*>")
NUMBER = re.compile(r"^\d+\. ")
BLOCK_END = re.compile(r"</(?:p|li|tr|h2|h3|pre)>")

_markdown = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one heading of a guide."""

    guide: str  # its key
    key: str  # empty where the guide is read whole
    title: str
    html: str  # as written: the council's words and the reader's links are put in by `as_read`
    texts: tuple[str, ...]  # its words alone, paragraph by paragraph, to be found by
    named: tuple[str, ...]  # addresses of pages, with <> for what is filled in

    @property
    def name(self) -> str:
        """Its title without its number in the guide."""
        return NUMBER.sub("", self.title)

    @property
    def address(self) -> str:
        if not self.key:
            return reverse("guide", args=[self.guide])
        return reverse("guide_part", args=[self.guide, self.key])


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: what it is for, and its parts in order. A short one has one part, of its own name."""

    key: str
    title: str
    opening: Part  # what it is for
    parts: tuple[Part, ...]


@lru_cache(maxsize=1)
def guides() -> Mapping[str, Guide]:
    """All that are read inside, by their keys. Read once: a release brings its own."""
    return {key: _read(key, (FOLDER / f"{key}.md").read_text("utf-8")) for key in READ_INSIDE}


def all_parts() -> Iterator[Part]:
    for each in guides().values():
        yield from each.parts


def parts_with(words: Sequence[str]) -> list[Part]:
    """Those with a paragraph that, with the title, has every word as one begins; by title first."""
    wanted = [re.compile(rf"(?<!\w){re.escape(word)}", re.IGNORECASE) for word in words]

    def has(text: str) -> bool:
        return all(each.search(text) for each in wanted)

    found = [
        each
        for each in all_parts()
        if any(has(in_own_words(f"{each.title} {text}")) for text in each.texts)
    ]
    return sorted(found, key=lambda part: not any(each.search(part.title) for each in wanted))


@lru_cache(maxsize=1)
def help_by_page() -> Mapping[str, Part]:
    """What is the help of a page, by the name of the page's route."""
    routes = {
        re.sub(r"%\(\w+\)s", "<>", f"/{possible}"): name
        for name in get_resolver().reverse_dict
        if isinstance(name, str)
        for possibilities, *_ in get_resolver().reverse_dict.getlist(name)
        for possible, _ in possibilities
    }
    found: dict[str, Part] = {}
    for guide in guides().values():
        for part in sorted((guide.opening, *guide.parts), key=lambda part: len(part.named)):
            for address in part.named:
                if address in routes:
                    found.setdefault(routes[address], part)
    return found


def as_read(html: str, reader: Person) -> SafeString:
    """The same in the council's own words, each address that the reader may open a link to it."""

    def link(found: re.Match[str]) -> str:
        if not _opens(found[1], reader):
            return found[0]
        return f'<a class="govuk-link" href="{found[1]}">{found[0]}</a>'

    linked = ADDRESS.sub(link, html)
    return SafeString(in_own_words(linked, written=escape))


def _opens(address: str, reader: Person) -> bool:
    try:
        view = resolve(address).func
    except Resolver404:
        return False
    asked, one_of = getattr(view, "permission", None), getattr(view, "asks_one_of", ())
    if one_of and not any(reader.may(each) for each in one_of):
        return False
    return asked is None or reader.may(asked)


# Reading ------------------------------------------------------------------------------------------


def _read(key: str, written: str) -> Guide:
    """A guide without headings is read whole: its first paragraph opens it."""
    head, *sections = re.split(r"^## ", written, flags=re.MULTILINE)
    title, _, opening = head.removeprefix("# ").partition("\n")
    if not sections:
        opening, _, rest = opening.strip().partition("\n\n")
        return Guide(key, title, _part(key, "", title, opening), (_part(key, "", title, rest),))
    return Guide(
        key,
        title,
        _part(key, "", title, opening),
        tuple(
            _part(key, slugify(NUMBER.sub("", heading)), heading, body)
            for heading, _, body in (each.partition("\n") for each in sections)
        ),
    )


def _part(guide: str, key: str, title: str, written: str) -> Part:
    html = _as_html(written)
    return Part(
        guide=guide,
        key=key,
        title=title.strip(),
        html=html,
        texts=tuple(
            " ".join(unescape(TAG.sub("", block)).split()) for block in BLOCK_END.split(html)
        ),
        named=tuple(
            re.sub(r"<[^>]*>", "<>", each) for each in re.findall(r"`(/[^`\s]*/)`", written)
        ),
    )


def _as_html(written: str) -> str:
    """Our own Markdown as HTML of our pages: no HTML of its own passes, and no address leads out of it."""
    tokens = _markdown.parse(written)
    for token in _flat(tokens):
        if token.type in CLASSES:
            token.attrSet("class", CLASSES[token.type])
        if token.type in ("heading_open", "heading_close") and token.tag in HEADINGS:
            token.tag, size = HEADINGS[token.tag]
            if token.nesting == 1:
                token.attrSet("class", size)
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type == "link_open":
            token.attrSet("href", _within(str(token.attrGet("href") or "")))
        if token.type == "image":
            name = Path(str(token.attrGet("src"))).name
            token.attrSet("src", reverse("guide_picture", args=[name.removesuffix(".png")]))
            token.attrSet("class", "kcc-guide__picture")
            token.attrSet("loading", "lazy")
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    tables = count(1)

    def in_region(found: re.Match[str]) -> str:
        label = f"Table {next(tables)}"
        return f'<div class="kcc-scroll" role="region" aria-label="{label}" tabindex="0">{found[0]}'

    return re.sub("<table ", in_region, html).replace("</table>", "</table></div>")


def _flat(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _within(href: str) -> str:
    """Where a link between guides leads in the service; what is not read inside leads to the list."""
    key = Path(href).name.removesuffix(".md")
    if href.startswith(("https://", "#")):
        return href
    return reverse("guide", args=[key]) if key in READ_INSIDE else reverse("help")
