"""The components every page is made of. `{% load kcc %}`

Status is always word, shape and colour together, so that colour never carries it alone. Shapes
are SVG with their colours written on them: the same markup is drawn by browsers and in the PDF,
where page styles do not reach inside an SVG.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from core import panels
from core.clock import localdate
from core.dates import as_date, as_quarter, as_recent, as_time, in_full
from core.figures import DECIMALS, as_number, decimals_of
from kcc_perf import commentary as commentary_text
from kcc_perf.forms import summary_of
from kcc_perf.templatetags import kcc_layout, kcc_rows, kcc_terms
from sorp.lexicon import NotRated, Rag, Travel
from sorp.rules.thresholds import bounds_of

register = template.Library()
register.tags.update(kcc_layout.register.tags)
register.tags.update(kcc_rows.register.tags)
register.tags.update(kcc_terms.register.tags)

# Inks are the tokens of static/css/kcc.css; a test holds the two together.
WHITE, INK, QUIET, GREEN, RED = "#FFFFFF", "#1A1A1A", "#5B6673", "#0B6B3A", "#9B1B30"
AMBER, UNRATED = "#FFC53D", "#2B3440"
AMBER_EDGE, UNRATED_FILL = "#B26A00", "#E7EAEE"
# For each status: its shape; its ink on the tag; its ink on paper; its fill and edge in a bar.
RAG_SHAPES: dict[Rag | None, tuple[str, str, str, str, str]] = {
    Rag.RED: ("square", WHITE, RED, RED, RED),
    Rag.AMBER: ("triangle", INK, AMBER_EDGE, AMBER, AMBER_EDGE),
    Rag.GREEN: ("circle", WHITE, GREEN, GREEN, GREEN),
    None: ("ring", UNRATED, UNRATED, UNRATED_FILL, QUIET),
}
TRAVEL_ARROWS = {
    Travel.IMPROVING: ("up-right", GREEN),
    Travel.WORSENING: ("down-right", RED),
    Travel.STEADY: ("right", QUIET),
    Travel.NO_CLEAR_TREND: ("right", QUIET),
    Travel.RISING: ("up", QUIET),
    Travel.FALLING: ("down", QUIET),
    Travel.NOT_ENOUGH_DATA: ("dots", QUIET),
}
SHORTHAND = {
    "p": "provisional",
    "e": "estimated",
    "r": "revised",
    "b": "break in the series: the definition changed",
    "c": "confidential",
    "x": "not available",
    "z": "not applicable",
    "f": "forecast",
}
GAP = 0.4  # per cent of a bar, left white between its parts
TASK_TAGS = {
    "Completed": "",
    "In progress": "kcc-task--started",
    "Not started": "kcc-task--waiting",
    "Not yet started": "kcc-task--waiting",
    "Cannot start yet": "kcc-task--blocked",
    "There is a problem": "kcc-task--problem",
}


def _rag(value: Any) -> Rag | None:
    return Rag(str(value)) if value and str(value) in {rag.value for rag in Rag} else None


def _reason(value: Any) -> str:
    """Why something is not rated, in words, from a reason's key, its label or nothing."""
    if not value:
        return "Not rated"
    label = next((word.label for word in NotRated if word.value == str(value)), str(value))
    # The expected range is a finding about activity, and stands by itself.
    return label if "expected range" in label else f"Not rated: {label[:1].lower()}{label[1:]}"


# Status -----------------------------------------------------------------------------------------


@register.inclusion_tag("components/rag.html")
def rag(value: Any, reason: Any = "", *, small: bool = False) -> dict[str, Any]:
    """A RAG status. Without one, *not rated* and the reason where it is given."""
    rating = _rag(value)
    shape, ink, *_ = RAG_SHAPES[rating]
    return {
        "key": rating.value if rating else "none",
        "label": rating.label if rating else _reason(reason),
        "shape": shape,
        "ink": ink,
        "small": small,
    }


@register.inclusion_tag("components/rag.html")
def rag_status(rating: Any, *, small: bool = False) -> dict[str, Any]:
    """A RAG status from a rating: an object or mapping with rag, and not_rated or its label."""

    def get(name: str) -> Any:
        return rating.get(name) if isinstance(rating, Mapping) else getattr(rating, name, None)

    if rating is None:
        return rag(None, small=small)
    reason = get("not_rated_label") or get("not_rated_reason") or get("not_rated")
    return rag(get("rag"), reason, small=small)


@register.inclusion_tag("components/rag_cell.html")
def rag_cell(value: Any, description: str, href: str = "") -> dict[str, Any]:
    """One status in a small cell: shape and letter to see, a description to hear, a link if given."""
    rating = _rag(value)
    shape, _, ink, *_ = RAG_SHAPES[rating]
    return {
        "key": rating.value if rating else "none",
        "letter": rating.label[0] if rating else "–",
        "shape": shape,
        "ink": ink,
        "description": description,
        "href": href,
    }


@register.inclusion_tag("components/travel.html")
def travel(word: Any) -> dict[str, Any]:
    """Direction of travel: an arrow for better or worse, never merely up or down, and its word."""
    known = {str(each): each for each in Travel}
    value = known.get(str(word or ""), Travel.NOT_ENOUGH_DATA)
    arrow, ink = TRAVEL_ARROWS[value]
    return {"key": slugify(value.value), "label": value.label, "arrow": arrow, "ink": ink}


@register.inclusion_tag("components/counts_bar.html")
def counts_bar(counts: Any = None, **numbers: int) -> dict[str, Any]:
    """How many are green, amber, red and not rated: one bar, and the same in words.

    Takes a mapping with the keys green, amber, red and not_rated, or those as arguments.
    """
    given = {**{str(key): n for key, n in dict(counts or {}).items()}, **numbers}
    number_of = {key: int(given.get(key) or 0) for key in ("green", "amber", "red", "not_rated")}
    total = sum(number_of.values())
    parts, offset = [], 0.0
    for key, count in number_of.items():
        rating = _rag(key)
        shape, _, ink, fill, edge = RAG_SHAPES[rating]
        width = 100 * count / total if total else 0
        parts.append(
            {
                "key": key,
                "label": rating.label if rating else "Not rated",
                "count": count,
                "shape": shape,
                "ink": ink,
                "fill": fill,
                "edge": edge,
                "offset": f"{offset + GAP / 2:.3f}",
                "width": f"{max(width - GAP, 0):.3f}",
                "end": f"{offset + width - GAP / 2:.3f}",
            }
        )
        offset += width
    return {"parts": parts, "total": total}


@register.inclusion_tag("components/task_status.html")
def task_status(word: str) -> dict[str, str]:
    """How far a task has got. Never in RAG colours; red only where there is a problem."""
    return {"word": word, "style": TASK_TAGS.get(word, "kcc-task--waiting")}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, doing: str, name: str = "job") -> dict[str, Any]:
    """How far long work has got, and what it is doing now."""
    return {"done": done, "total": total, "doing": doing, "id": f"progress-{slugify(name)}"}


# Figures and words ------------------------------------------------------------------------------


@register.simple_tag
def panel(name: str, **subject: object) -> SafeString:
    """What an app above this page's offers to show on it: `{% panel "evidence_on_version" version=version %}`."""
    return panels.render_panel(name, **subject)


@register.simple_tag
def panel_rows(name: str, **subject: object) -> dict[int, SafeString]:
    """The same for each row of a list, fetched at once: `{% panel_rows "close_of_results" … as drawn %}`."""
    return panels.render_panel_rows(name, **subject)


@register.filter
def of_row(drawn: Mapping[int, Any], key: int) -> Any:
    """What there is for one row of a list, by its key: `{{ drawn|of_row:line.indicator.pk }}`."""
    return drawn.get(key, "")


@register.simple_tag
def quarter(value: Any) -> str:
    """Q2 2011/12."""
    return as_quarter(value)


@register.simple_tag(name="date")
def date_tag(value: Any) -> str:
    """20 October 2011."""
    return as_date(value)


@register.simple_tag(name="time")
def time_tag(value: datetime) -> str:
    """15:42, as the clock shows it in London."""
    return as_time(value)


@register.simple_tag
def recent(value: datetime) -> str:
    """Today at 15:42, yesterday at 15:42, or at 15:42 on 20 October 2011."""
    return as_recent(value, localdate())


@register.simple_tag
def date_in_full(value: Any) -> str:
    """Thursday 20 October 2011. Takes a day; nothing where there is none."""
    return in_full(value) if value else ""


@register.simple_tag
def number(value: Any, decimals: int | None = None, unit: str = "", by: Any = None) -> str:
    """A figure as printed. None is [x], not available: never nought and never blank.

    With what it was rated `by`, it is printed on its own side of each bound.
    """
    if value is None or value == "":
        return shorthand("x")
    return as_number(value, decimals, unit or "", bounds=bounds_of(by))


@register.simple_tag
def limit(value: Any, unit: str = "") -> str:
    """A target or bound, with no more decimals than it needs: 90 %, not 90.0 %."""
    if value is None or value == "":
        return shorthand("x")
    number = Decimal(value)
    return as_number(number, decimals_of(number, DECIMALS), unit or "")


@register.simple_tag
def speaks_of(indicator: Any, quarter: Any) -> str:
    """The stretch of time of an indicator's figure for a quarter: July to September 2022, 2021 …"""
    return str(indicator.pattern.speaks_of(quarter))


@register.simple_tag
def for_span(indicator: Any, quarter: Any) -> str:
    """, for the school year 2021/22: where the figure is of another stretch than its quarter."""
    words = indicator.pattern.unless_the_quarter(quarter)
    return f", for {words}" if words else ""


@register.simple_tag
def shorthand(*letters: str) -> SafeString:
    """Marks such as [p] beside a figure, each expanded for whoever asks."""
    return format_html_join(
        " ",
        '<abbr class="kcc-shorthand" title="{}">[{}]</abbr>',
        ((SHORTHAND[each], each) for each in letters),
    )


@register.simple_tag
def confidence_badges(
    confidence: Any = "",
    *,
    revised: bool = False,
    definition_break: bool = False,
    late: bool = False,
) -> SafeString:
    """The marks that a result carries: provisional or estimated, revised, a break, late."""
    letters = {"provisional": ["p"], "estimated": ["e"]}.get(str(confidence or ""), [])
    letters += ["r"] * bool(revised) + ["b"] * bool(definition_break)
    marks = [shorthand(*letters)] if letters else []
    marks += [mark_safe('<span class="kcc-late">late</span>')] * bool(late)
    return format_html_join(" ", "{}", ((mark,) for mark in marks))


@register.simple_tag
def data_confidence(confidence: Any = None) -> SafeString:
    """How far a figure can be relied on, beside its RAG status; nothing where nothing is in doubt."""
    if confidence is None or confidence.is_high:
        return mark_safe("")
    return format_html(
        '<span class="kcc-data-confidence">Data confidence {}: {}</span>',
        confidence.level.label.lower(),
        confidence.words,
    )


@register.inclusion_tag("components/shorthand_key.html")
def shorthand_key(letters: str = "perbx") -> dict[str, Any]:
    """What the marks in a table mean, to stand above it."""
    return {"marks": [(letter, SHORTHAND[letter]) for letter in letters]}


@register.filter
def commentary(text: str | None) -> SafeString:
    """What a manager wrote, as safe HTML."""
    return commentary_text.as_html(text)


# Forms ------------------------------------------------------------------------------------------


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """Every problem on the page, each a link to its field. Nothing where there is none."""
    return {"problems": summary_of(*forms)}


@register.simple_tag(takes_context=True)
def has_errors(context: template.Context) -> bool:
    """Whether the page's form or formset came back with something to mend."""
    return bool(summary_of(context.get("form"), context.get("formset")))
