"""The council's own words, on every page without being asked for: `{% word "sorp" %}`, `{{ sentence|own }}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeData, SafeString, mark_safe

from core import own_words

register = template.Library()


@register.simple_tag
def word(key: str) -> str:
    """What the council calls this; ours where it has no word of its own."""
    return own_words.word(key)


@register.filter
def own(text: Any) -> str:
    """A sentence of ours as the council would say it. Not for what somebody wrote."""
    if isinstance(text, SafeData):
        return in_own_html(str(text))
    return own_words.in_own_words(str(text)) if text is not None else ""


def in_own_html(text: str) -> SafeString:
    """The same of markup, in which the council's words are escaped."""
    return mark_safe(own_words.in_own_words(text, written=lambda said: str(escape(said))))  # noqa: S308
