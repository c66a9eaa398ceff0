"""Accessible PDF: PDF/UA-1 from our own HTML, with nothing fetched and the same bytes every time.

WeasyPrint 70 leaves some of ISO 14289-1 undone, and its finisher hook can do it; `finish` reads
its internals (`_page_box`, `box.mark`), so the version is pinned. What an author must avoid:
opacity on text, `alt=""`, SVG without <title>, <a> around blocks, <dl> with <div>, tables
without <th>.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pydyf
from weasyprint import HTML
from weasyprint.formatting_structure.boxes import BlockBox, TextBox
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "asset:"


class NothingFetched(ValueError):
    """A document asked for something that is not its own."""


class OwnFetcher(URLFetcher):
    """Answers for what we hold in memory and refuses every other address, whatever its scheme."""

    def __init__(self, held: Mapping[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols=())
        self._held = held
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        content, media_type = self._held.get(url.removeprefix(SCHEME), (None, ""))
        if not url.startswith(SCHEME) or content is None:
            self.refused.append(url)
            raise NothingFetched(f"Not one of our own: {url[:80]}")
        return URLFetcherResponse(url, body=content, headers={"Content-Type": media_type})


def render_pdf(html: str, *, held: Mapping[str, tuple[bytes, str]], identifier: str) -> bytes:
    """The page as PDF/UA-1. The same HTML and identifier give the same bytes.

    Dates come from the page's own dcterms elements, never from the clock.
    """
    page = HTML(string=html, url_fetcher=OwnFetcher(held), base_url=None)
    return page.write_pdf(
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier.encode(),
        finisher=finish,
        presentational_hints=False,
    )


def finish(document: Any, pdf: pydyf.PDF) -> None:
    """Complete what is missing from PDF/UA-1."""
    structure = _Structure(document, pdf)
    structure.collect_links()
    structure.describe_links()
    structure.scope_headers()
    structure.number_lists()
    structure.set_margins_aside()
    structure.index_ids()
    pdf.catalog["PageLabels"] = pydyf.Dictionary(
        {"Nums": pydyf.Array([0, pydyf.Dictionary({"S": "/D"})])}
    )


class _Structure:
    """The structure tree of one PDF, and the boxes that it was made from."""

    def __init__(self, document: Any, pdf: pydyf.PDF) -> None:
        self.pages = document.pages
        self.pdf = pdf
        self.root = self._at(pdf.catalog["StructTreeRoot"])
        self.parents = self._at(self.root["ParentTree"])["Nums"]
        self.boxes = [box for page in self.pages for box in page._page_box.descendants()]
        self.inside: set[int] = set()  # the elements that hang on the tree

    def _at(self, reference: Any) -> Any:
        """The object that a reference such as `12 0 R` points at."""
        return self.pdf.objects[int(reference.split()[0])]

    def collect_links(self) -> None:
        """One annotation's owner is the outermost Link: inner boxes of it become spans.

        WeasyPrint makes a Link of each inner box of a link, and hangs the annotation on that.
        """
        self._visit(self._at(self.root["K"][0]), None)

    def _visit(self, element: Any, link: Any) -> None:
        self.inside.add(element.number)
        for kid in [each for each in element["K"] if not isinstance(each, int)]:
            target = self._at(kid)
            if target.get("Type") != "/OBJR":
                self._visit(target, link or (element if element["S"] == "/Link" else None))
            elif link is not None:
                element["K"].remove(kid)
                link["K"].append(kid)
                annotation = self._at(target["Obj"])
                self.parents[2 * annotation["StructParent"] + 1] = link.reference
        if link is not None and element["S"] == "/Link":
            element["S"] = "/Span"

    def describe_links(self) -> None:
        """A link's alternative is its own words, and not the name of an anchor."""
        for box in self.boxes:
            annotation = getattr(box, "link_annotation", None)
            if annotation:
                words = " ".join("".join(box.element.itertext()).split())
                annotation["Contents"] = pydyf.String(f"Link: {words}")

    def scope_headers(self) -> None:
        """Each header cell says whether it heads a row or a column."""
        for box in self.boxes:
            if box.element_tag == "th" and getattr(box, "mark", None):
                of_row = (box.element.get("scope") or "").startswith("row")
                box.mark["A"]["Scope"] = "/Row" if of_row else "/Column"

    def number_lists(self) -> None:
        """Numbered lists say how they are numbered."""
        elements = (
            each
            for each in self.pdf.objects
            if isinstance(each, pydyf.Dictionary) and each.get("S") == "/L"
        )
        lists = (
            box
            for box in self.boxes
            if box.element_tag in ("ul", "ol", "dl") and isinstance(box, BlockBox)
        )
        for box, element in zip(lists, elements, strict=True):
            if box.element_tag == "ol":
                element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": "/Decimal"})

    def set_margins_aside(self) -> None:
        """Running headers and footers are artifacts: nobody wants them read out on each page."""
        for number, page in enumerate(self.pages):
            contents = self._at(self.pdf.page_references[number])["Contents"]
            stream = self._at(contents).stream
            owners = self.parents[2 * number + 1]
            outside = [
                mark
                for mark, owner in enumerate(owners)
                if int(owner.split()[0]) not in self.inside
            ]
            for mark, kind in zip(outside, _margins(page), strict=True):
                at = next(
                    place
                    for place, each in enumerate(stream)
                    if isinstance(each, dict) and each.get("MCID") == mark
                )
                properties = pydyf.Dictionary({"Type": "/Pagination", "Subtype": kind})
                stream[at - 1 : at + 1] = [b"/Artifact", properties]
                owners[mark] = "null"

    def index_ids(self) -> None:
        """Header cells are found by their IDs."""
        named = [
            each for each in self.pdf.objects if isinstance(each, pydyf.Dictionary) and "ID" in each
        ]
        in_order = sorted(named, key=lambda each: each["ID"].string)
        names = [part for each in in_order for part in (each["ID"], each.reference)]
        self.root["IDTree"] = pydyf.Dictionary({"Names": pydyf.Array(names)})


def _margins(page: Any) -> Iterator[str]:
    """For each text in a page's margin boxes, in drawing order: header or footer."""
    for box in page._page_box.children:
        keyword = getattr(box, "at_keyword", None)
        if keyword is None:
            continue
        for inner in box.descendants():
            if isinstance(inner, TextBox):
                yield "/Header" if keyword.startswith("@top") else "/Footer"
