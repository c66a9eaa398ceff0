"""Terms of the SORP wherever they appear: `{% terms %}…{% endterms %}`. `{% load kcc %}` brings it."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from kcc_perf.glossary import Glossary, glossary_of, linked
from kcc_perf.templatetags.kcc_words import in_own_html
from sorp.models.statement import Version

register = template.Library()


@register.simple_block_tag(takes_context=True)
def terms(context: template.Context, content: str) -> SafeString:
    """The first of each term on the page leads to what it means in the version in force.

    The version is asked for once a page; what it says is remembered, since it never changes.
    """
    request = context.get("request")
    try:
        address = reverse("terms")
    except NoReverseMatch:
        return in_own_html(content)
    asked = _glossary_of_request(request)
    return in_own_html(linked(content, asked[0], address, asked[1]))


def _glossary_of_request(request: Any) -> tuple[Glossary, set[str]]:
    """The glossary, and what is linked already on this page."""
    found = getattr(request, "_terms", None)
    if found is None:
        version = (
            Version.objects.filter(state=Version.State.IN_FORCE)
            .order_by("-from_quarter")
            .values_list("pk", "drafted_at")
            .first()
        )
        glossary = glossary_of(version[0], str(version[1])) if version else Glossary.of(())
        found = (glossary, set())
        if request is not None:
            request._terms = found
    return found
