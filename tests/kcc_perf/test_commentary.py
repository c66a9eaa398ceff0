"""Commentary: what people write comes through, and nothing else does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc_perf.commentary import ALLOWED_ELEMENTS, as_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (None, ""),
        ("Two gangs return.", "<p>Two gangs return.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\nTwo", "<p>One<br>\nTwo</p>"),
        ("**bold** and *leaning*", "<p><strong>bold</strong> and <em>leaning</em></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>'),
        ("5 < 6 & 7 > 2", "<p>5 &lt; 6 &amp; 7 &gt; 2</p>"),
        ("£3m – “quoted”", "<p>£3m – “quoted”</p>"),
        ("# Not a heading", "<p># Not a heading</p>"),
        (
            "[plan](https://www.example.org/plan)",
            '<p><a href="https://www.example.org/plan" rel="noopener noreferrer nofollow">plan</a></p>',
        ),
    ],
)
def test_the_subset(text, html):
    assert as_html(text) == html


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src='https://example.org'></iframe>",
    "<style>body{display:none}</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/accounts/sign-out/)",
    "<javascript:alert(1)>",
    "![x](https://example.org/pixel.png)",
    "![x](file:///etc/passwd)",
    '[x](https://example.org "onmouseover=alert(1)")',
    '[x](https://example.org" onmouseover="alert(1))',
    "<p style='position:fixed'>x</p>",
    "<link rel=attachment href=file:///etc/passwd>",
    "```\n<script>\n```",
    "    <script>alert(1)</script>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "[a]: javascript:alert(1)\n\n[a]",
    "<!-- --><script>alert(1)</script>",
    "<form action=/x><input name=y></form>",
]


def assert_harmless(html):
    for closing, element, attributes in re.findall(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>", html):
        assert element in ALLOWED_ELEMENTS, html
        for name, value in re.findall(r'([a-zA-Z-]+)="([^"]*)"', attributes):
            assert not closing
            assert name in {"href", "rel", "start"}, html
            if name == "href":
                assert re.match(r"(https?://|mailto:)", value), html
    assert "<!" not in html


@pytest.mark.parametrize("text", NASTY)
def test_nothing_harmful_comes_through(text):
    assert_harmless(as_html(text))


@given(
    st.lists(
        st.sampled_from([*NASTY, "*", "**", "[", "](", ")", "<", ">", "\n", "- ", "> ", "a"]),
        max_size=8,
    )
)
def test_no_mixture_of_them_comes_through_either(parts):
    assert_harmless(as_html("".join(parts)))


@given(st.text())
def test_any_text_at_all_is_drawn(text):
    assert_harmless(as_html(text))
