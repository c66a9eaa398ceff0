"""What is left of a pack and of a text once what is exempt is taken out: tables of cases."""

import pytest

from assurance.redaction import (
    NAMELESS,
    NOT_SET_APART,
    Mark,
    redacted_pack,
    redacted_text,
    without_heading,
)

LINE = "Exempt: Contract. To be reviewed on 1 May 2012."
WORD = "Quillfeather"


def mark(reference="PI-7", title="Potholes", *, team="pat", date="2011-11-14", title_too=False):
    return Mark(team, date, reference, title, LINE, title_too)


def item(reference="PI-7", title="Potholes", **more):
    return {
        "position": 1,
        "reference": reference,
        "title": title,
        "unit": "Highways",
        "directorate": None,
        "accountable_manager": "Ann Other",
        "why": WORD,
        "anything_that_comes_later": {"deep": [WORD]},
        "before": [],
        **more,
    }


def pack(*agenda, arising=(), **more):
    return {
        "team": {"code": "pat", "name": "Performance Assurance Team"},
        "meeting": {"date": "2011-11-14"},
        "agenda": list(agenda),
        "matters_arising": list(arising),
        **more,
    }


FROZEN = {"exempt": {"line": LINE, "title_too": False}}
NAMELESS_TOO = {"exempt": {"line": LINE, "title_too": True}}
EARLIER = {"team": "pat", "date": "2011-06-01", "decisions": [WORD], "agreed_actions": [WORD]}


@pytest.mark.parametrize(
    ("document", "marks", "reads"),
    [
        (pack(item(why="Red")), [], []),
        (pack(item(why="Red")), [mark(date="2011-06-01")], []),
        (pack(item(why="Red")), [mark("PI-8", "Bridges")], []),
        (pack(item(**FROZEN)), [], ["pat"]),
        (pack(item(before=[EARLIER | FROZEN])), [], ["pat"]),
        (pack(arising=[{"reference": "PI-7", "what": WORD, **FROZEN}]), [], ["pat"]),
        (
            pack(arising=[{"reference": "PI-7", "date": "2011-01-01", "what": "Paint"}]),
            [mark()],
            [],
        ),
    ],
)
def test_with_nothing_to_withhold_it_is_the_document_itself(document, marks, reads):
    assert redacted_pack(document, marks, reads=reads) is document


@pytest.mark.parametrize(
    ("document", "marks"),
    [
        (pack(item(**FROZEN)), []),
        (pack(item()), [mark()]),
        (pack(item()), [mark(title="As it was called then")]),
        (pack(item()), [mark("PI-7b")]),
        (pack(item(**NAMELESS_TOO)), []),
        (pack(item()), [mark(title_too=True)]),
        (pack(item(why="Red", anything_that_comes_later=0, before=[EARLIER | FROZEN])), []),
        (
            pack(item(why="Red", anything_that_comes_later=0, before=[EARLIER])),
            [mark(date="2011-06-01")],
        ),
        (
            pack(
                item(
                    why="Red",
                    anything_that_comes_later=0,
                    before=[EARLIER | FROZEN | {"team": "dat"}],
                )
            ),
            [],
        ),
        (pack(arising=[{"reference": "PI-7", "what": WORD, "progress": WORD, **FROZEN}]), []),
        (pack(arising=[{"reference": "PI-7", "what": WORD}]), [mark(date="2011-06-01")]),
    ],
)
def test_nothing_that_was_said_is_left(document, marks):
    reads = ["pat"] if "'dat'" in str(document) else ["dat"]
    left = redacted_pack(document, marks, reads=reads)

    assert WORD in str(document)
    assert WORD not in str(left)
    assert LINE in str(left)
    assert left["redacted"] is True


def test_the_title_stays_unless_it_is_exempt_itself():
    (named,) = redacted_pack(pack(item(**FROZEN)), [])["agenda"]
    (nameless,) = redacted_pack(pack(item(**NAMELESS_TOO)), [])["agenda"]

    assert named == {
        "position": 1,
        "reference": "PI-7",
        "title": "Potholes",
        "unit": "Highways",
        "directorate": None,
        "accountable_manager": "Ann Other",
        "withheld": LINE,
    }
    assert nameless == {"position": 1, "title": NAMELESS, "withheld": LINE}


def test_what_has_no_name_is_in_no_other_list_of_the_pack_either():
    document = pack(
        item("R-1", "Secret sale", **NAMELESS_TOO),
        risks=[{"reference": "R-1", "title": "Secret sale"}, {"reference": "R-2", "title": "Ice"}],
        topics=[{"indicators": [{"reference": "R-1", "title": "Sale"}]}],
        projects=[{"name": "Secret sale"}],
        late_milestones=[{"title": "Secret sale"}],
    )

    left = redacted_pack(document, [])

    assert "Secret sale" not in str(left)
    assert "R-1" not in str(left)
    assert left["risks"] == [{"reference": "R-2", "title": "Ice"}]


BRIEF = f"""It meets on Monday.

# Potholes (PI-7)

{WORD} left.

# What the chair thinks

{WORD} again.

# Bridges (PI-8)

Open."""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (BRIEF, f"It meets on Monday.\n\n# Potholes (PI-7)\n\n{LINE}\n\n# Bridges (PI-8)\n\nOpen."),
        (f"# Our potholes (PI-7)\n\n{WORD}", f"# Potholes (PI-7)\n\n{LINE}"),
        (f"About {WORD}, without a heading.", f"{NOT_SET_APART}\n\n{LINE}"),
        (f"# Potholes (PI-7)\n{WORD} on the next line", f"{NOT_SET_APART}\n\n{LINE}"),
        (f"# Potholes (PI-7)\r\n\r\n{WORD}", f"# Potholes (PI-7)\n\n{LINE}"),
    ],
)
def test_what_stands_under_the_heading_of_an_exempt_item_is_withheld(text, left):
    assert redacted_text(text, [mark()], ["PI-7", "PI-8"]) == left


def test_a_heading_gives_no_title_away_that_is_exempt():
    left = redacted_text(BRIEF, [mark(title_too=True)], ["PI-7", "PI-8"])

    assert "Potholes" not in left
    assert "PI-7" not in left
    assert f"# {NAMELESS}\n\n{LINE}" in left


def test_a_text_of_nothing_exempt_is_as_it_was():
    assert redacted_text(BRIEF, [], ["PI-7"]) == BRIEF


@pytest.mark.parametrize(
    ("text", "lacks"),
    [(BRIEF, False), ("No heading", True), ("# Potholes\n\nNot by reference", True)],
)
def test_an_exempt_item_without_a_heading_of_its_own_is_found(text, lacks):
    assert bool(without_heading(text, [mark()])) is lacks
