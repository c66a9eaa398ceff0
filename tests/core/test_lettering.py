"""Which characters can be printed: the list, and the fonts that it is a list of."""

from pathlib import Path

import pytest
from django import forms
from fontTools.ttLib import TTFont

from core.forms import PrintedText
from core.lettering import PRINTABLE, plain, refusal_of, unprintable, unprintable_in
from core.quarters import Quarter
from core.tables.cells import line, prose
from indicators.rules.entry import QuarterRequirements, read_entry

FONTS = Path(__file__).resolve().parents[2] / "static/vendor/fonts"


@pytest.mark.parametrize("weight", [400, 700])
def test_what_is_said_to_be_printable_is_what_the_vendored_fonts_hold(weight):
    held = set()
    for font in FONTS.glob(f"*-{weight}-normal.woff2"):
        held |= {chr(code) for code in TTFont(font).getBestCmap() if code >= 32}

    assert held == PRINTABLE - {"\n", "\r", "\t"}


@pytest.mark.parametrize(
    "text",
    [
        "Jürgen Müller, Łódź, Dvořák, Nguyễn, Siân Ŵyn",
        "Ολγα και Ольга",
        "≥ 95 % of 1,250 – “about” £85½ … m² × 3 ≠ 4 − 1",
        "a\u2011b, 1\u202f250, soft\u00adhyphen, a zero\u200bwidth space, e\u0301 in two parts",
        "two lines\nand a\ttab",
    ],
)
def test_what_people_write_in_european_letters_can_be_printed(text):
    assert unprintable(text) == ""
    assert refusal_of(text) == ""


@pytest.mark.parametrize(
    ("text", "characters"),
    [("Ms 你好 你", "你好"), ("well done 👍", "👍"), ("ਪੰਜਾਬ", "ਪੰਜਾਬ"), ("Q1 → Q2", "→")],
)
def test_what_no_font_holds_is_named_once_each(text, characters):
    assert unprintable(text) == "".join(dict.fromkeys(characters))
    assert refusal_of(text).startswith("Write th")
    assert characters[0] in refusal_of(text)


def test_making_a_text_plain_changes_nothing_that_can_be_seen():
    assert plain("co\u2011op\u00ad, 1\u2009250, cafe\u0301") == "co-op, 1\u00a0250, caf\u00e9"


def test_where_in_a_document_something_cannot_be_printed_is_found():
    document = {"indicators": [{"title": "Calls"}, {"title": "好", "ratings": [{"note": "✓"}]}]}

    assert list(unprintable_in(document)) == [
        ("indicators/1/title", "好"),
        ("indicators/1/ratings/0/note", "✓"),
    ]


class NameForm(forms.Form):
    name = PrintedText(label="Name")


@pytest.mark.parametrize(
    ("typed", "kept", "problem"),
    [
        ("Siân\u202fWyn", "Siân\u00a0Wyn", ""),
        ("  plain ", "plain", ""),
        (
            "你好",
            None,
            "Write these in letters that the report can print, or leave them out: 你 好",
        ),
    ],
)
def test_a_field_keeps_what_can_be_printed_and_gives_back_what_cannot(typed, kept, problem):
    form = NameForm({"name": typed})

    assert form.is_valid() is (problem == "")
    assert form.cleaned_data.get("name") == kept
    assert form.errors.get("name", [""])[0] == problem
    assert form["name"].value() == typed


@pytest.mark.parametrize("read", [line(50), prose()])
def test_a_cell_of_a_file_is_read_alike(read):
    assert read("co\u2011op") == "co-op"
    with pytest.raises(ValueError, match="write this in letters that the report can print"):
        read("well \N{CHECK MARK}")


def test_commentary_is_read_alike():
    entry = read_entry(
        {"value": "80", "commentary": "Q1 \u2192 Q2"}, QuarterRequirements(Quarter(2020, 1))
    )

    assert entry.commentary == "Q1 \u2192 Q2"  # what was typed comes back
    assert "\u2192" in entry.problems["commentary"]
