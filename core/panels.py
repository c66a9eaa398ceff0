"""Panels: what a page shows of a higher app's facts, without importing it.

A page stands with its subject. What it wants from an app above its own it includes by name
(`{% panel "evidence_on_version" version=version %}`); the higher app offers that panel in its
`panels` module, which is read when the process starts. A panel that nobody offers is an error: a
page must not lose a part in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Draw = Callable[..., dict[str, object] | None]
_offered: dict[str, tuple[str, Draw]] = {}


def panel(name: str, template: str) -> Callable[[Draw], Draw]:
    """Offer a panel: the function returns what its template needs, or None to show nothing."""

    def offer(context_of: Draw) -> Draw:
        if name in _offered:
            raise ValueError(f"Two panels are called {name}")
        _offered[name] = (template, context_of)
        return context_of

    return offer


def render_panel(name: str, **subject: object) -> SafeString:
    """A panel about a subject, as HTML; empty where it has nothing to show. KeyError for no such panel."""
    template, context_of = _offered[name]
    context = context_of(**subject)
    return mark_safe("") if context is None else render_to_string(template, context)


Rows = Callable[..., Mapping[int, dict[str, object]]]
_rows_offered: dict[str, tuple[str, Rows]] = {}


def panel_rows(name: str, template: str) -> Callable[[Rows], Rows]:
    """Offer a panel for each row of a list, fetched together: the function returns the context of each by its key."""

    def offer(contexts_of: Rows) -> Rows:
        if name in _rows_offered:
            raise ValueError(f"Two panels of rows are called {name}")
        _rows_offered[name] = (template, contexts_of)
        return contexts_of

    return offer


def render_panel_rows(name: str, **subject: object) -> dict[int, SafeString]:
    """A panel for each row that has something to show, as HTML, by its key. KeyError for no such panel."""
    template, contexts_of = _rows_offered[name]
    return {key: render_to_string(template, each) for key, each in contexts_of(**subject).items()}
