"""The parts a page is laid out with: headings, trails, lists and regions.

`{% load kcc %}` brings these too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.loader import render_to_string

register = template.Library()


@register.inclusion_tag("components/page_heading.html")
def page_heading(title: str, caption: str = "", size: str = "l") -> dict[str, str]:
    """The page's one h1, with what it belongs to above it."""
    return {"title": title, "caption": caption, "size": size}


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def trail(context: template.Context, between: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The pages above this one (kcc_perf/trails.py); `between` are steps that only the page knows."""
    steps = [(each.words(context), each.address) for each in context.get("trail") or ()]
    return {"trail": [*steps, *between]}


@register.inclusion_tag("components/notification_banner.html")
def notification_banner(messages: Any) -> dict[str, Any]:
    """One banner for all that has just been said to the reader. Nothing where nothing was."""
    said = [messages] if isinstance(messages, str) else list(messages)
    levels = {getattr(message, "level_tag", "info") for message in said}
    return {"messages": said, "success": bool(said) and levels == {"success"}}


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[Any]) -> dict[str, Any]:
    """Facts in two columns. A row is (key, value) or a mapping with key, value, href and action."""
    return {
        "rows": [
            row if isinstance(row, dict) else dict(zip(("key", "value"), row, strict=True))
            for row in rows
        ]
    }


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """What happened, in order. An event has title and date, and may have by, text, rag, href."""
    return {"events": list(events)}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page) -> dict[str, Any]:
    """The way through many pages, keeping whatever filters are in the address."""
    query = context["request"].GET.copy() if "request" in context else None

    def address(number: int) -> str:
        if query is None:
            return f"?page={number}"
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    paginator = page.paginator
    steps = [
        {"number": each, "address": address(each) if isinstance(each, int) else ""}
        for each in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "steps": steps,
        "is_needed": paginator.num_pages > 1,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_block_tag
def summary_row(content: str, key: str, href: str = "", action: str = "Change") -> str:
    """A row of a `<dl class="govuk-summary-list">` whose value is markup."""
    context = {"row": {"key": key, "value": content, "href": href, "action": action}}
    return render_to_string("components/summary_row.html", context)


@register.simple_block_tag
def wide_table(content: str, label: str) -> str:
    """A region that a wide table may scroll in, reached by keyboard and named by what it holds."""
    return render_to_string("components/wide_table.html", {"content": content, "label": label})


@register.simple_block_tag
def empty_state(content: str, title: str) -> str:
    """What will appear here, and what to do until it does."""
    return render_to_string("components/empty_state.html", {"content": content, "title": title})


@register.simple_block_tag
def card(content: str, title: str, href: str = "", level: int = 2) -> str:
    """One subject in a row of several."""
    context = {"content": content, "title": title, "href": href, "level": level}
    return render_to_string("components/card.html", context)
