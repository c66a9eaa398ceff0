"""What managers write, made safe to show: a small subset of Markdown, and nothing else.

Paragraphs, emphasis, lists, quotations and links. No headings (the page's outline is ours), no
images, no HTML. markdown-it never passes HTML through; nh3 then keeps an allow-list, so that a
slip in the first is caught by the second.
"""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

ALLOWED_ELEMENTS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote"}
ALLOWED_ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
ALLOWED_SCHEMES = {"http", "https", "mailto"}
LEFT_OUT = ["heading", "lheading", "code", "fence", "hr", "image", "html_block", "html_inline"]

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(LEFT_OUT)


def as_html(text: str | None) -> SafeString:
    """Commentary as HTML. Empty in, empty out."""
    drawn = _markdown.render((text or "").replace("\x00", ""))
    return mark_safe(  # noqa: S308 - nh3 has just kept nothing but the allow-list
        nh3.clean(
            drawn,
            tags=ALLOWED_ELEMENTS,
            attributes=ALLOWED_ATTRIBUTES,
            url_schemes=ALLOWED_SCHEMES,
            url_relative="deny",
            link_rel="noopener noreferrer nofollow",
        ).strip()
    )
