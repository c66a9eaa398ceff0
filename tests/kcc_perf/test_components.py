"""Each component says what it means in words, not by colour alone."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils.html import strip_tags

from core.dates import as_date, as_quarter
from core.figures import as_number
from core.quarters import Quarter
from sorp.lexicon import NotRated, Rag, Travel


def draw(source, **context):
    return Template("{% load kcc %}" + source).render(Context(context))


def words(html):
    without_titles = re.sub(r"<title>.*?</title>", "", html)
    return " ".join(strip_tags(without_titles).split())


@pytest.mark.parametrize(
    ("value", "reason", "said", "shape"),
    [
        (Rag.RED, "", "Red", "<rect"),
        ("amber", "", "Amber", "<path"),
        (Rag.GREEN, "", "Green", "<circle"),
        (None, "", "Not rated", "stroke"),
        ("", "", "Not rated", "stroke"),
        ("purple", "", "Not rated", "stroke"),
        (None, NotRated.NO_RESULT, "Not rated: no result", "stroke"),
        (None, "not_due", "Not rated: not due", "stroke"),
        (None, "Suspended", "Not rated: suspended", "stroke"),
        (None, NotRated.ABOVE, "Above the expected range", "stroke"),
        (Rag.RED, "no_result", "Red", "<rect"),
    ],
)
def test_rag_is_word_and_shape(value, reason, said, shape):
    html = draw("{% rag value reason %}", value=value, reason=reason)

    assert words(html) == said
    assert shape in html
    assert 'fill="' in html  # written on the shape, since page styles do not reach it in a PDF


def test_not_rated_never_looks_green_or_red():
    html = draw("{% rag None 'no_result' %}")

    assert "kcc-rag--none" in html
    assert "green" not in html
    assert "red" not in html.replace("Not rated", "")


@pytest.mark.parametrize(
    ("rating", "said"),
    [
        ({"rag": "red", "not_rated_label": ""}, "Red"),
        ({"rag": None, "not_rated_label": "No target"}, "Not rated: no target"),
        ({"rag": None, "not_rated": "no_value"}, "Not rated: no value"),
        (SimpleNamespace(rag=Rag.AMBER, not_rated=None), "Amber"),
        (SimpleNamespace(rag="", not_rated=NotRated.NOT_DUE), "Not rated: not due"),
        (None, "Not rated"),
    ],
)
def test_rag_status_reads_a_rating(rating, said):
    assert words(draw("{% rag_status rating %}", rating=rating)) == said


@pytest.mark.parametrize(
    ("word", "said", "ink"),
    [
        (Travel.IMPROVING, "Improving", "#0B6B3A"),
        ("worsening", "Worsening", "#9B1B30"),
        (Travel.NO_CLEAR_TREND, "No clear trend", "#5B6673"),
        ("not enough data", "Not enough data", "#5B6673"),
        (Travel.RISING, "Rising", "#5B6673"),
        (Travel.FALLING, "Falling", "#5B6673"),
        ("", "Not enough data", "#5B6673"),
        (None, "Not enough data", "#5B6673"),
    ],
)
def test_travel_is_arrow_and_word(word, said, ink):
    html = draw("{% travel word %}", word=word)

    assert words(html) == said
    assert ink in html


def test_arrows_of_better_and_worse_are_kept_for_better_and_worse():
    arrow = re.compile(r' d="([^"]+)"')
    drawn = {each: arrow.findall(draw("{% travel word %}", word=each)) for each in Travel}

    assert sum(path == drawn[Travel.IMPROVING] for path in drawn.values()) == 1
    assert sum(path == drawn[Travel.WORSENING] for path in drawn.values()) == 1


def test_a_cell_of_one_status_is_described_and_links_only_where_there_is_somewhere_to_go():
    plain = draw("{% rag_cell 'red' 'Potholes, Q2 2011/12: red' %}")
    link = draw("{% rag_cell 'red' 'Potholes, Q2 2011/12: red' '/x/' %}")

    assert "Potholes, Q2 2011/12: red" in words(plain)
    assert "<a" not in plain
    assert "tabindex" not in plain
    assert 'href="/x/"' in link


@pytest.mark.parametrize(
    "counts", [{"green": 34, "amber": 9, "red": 6, "not_rated": 2}, {"red": 1}, {}]
)
def test_counts_bar_says_every_count_and_fills_no_more_than_the_bar(counts):
    html = draw("{% counts_bar counts %}", counts=counts)
    ends = [
        float(start) + float(width)
        for start, width in re.findall(
            r'<rect class="[^"]+" x="([\d.]+)%" y="0.5" width="([\d.]+)%"', html
        )
    ]

    assert words(html) == (
        f"{counts.get('green', 0)} Green {counts.get('amber', 0)} Amber "
        f"{counts.get('red', 0)} Red {counts.get('not_rated', 0)} Not rated"
    )
    assert len(ends) == len(counts)
    assert all(end <= 100 for end in ends)


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "printed"),
    [
        (Decimal("76.35"), 1, "%", "76.4%"),
        (Decimal("76.25"), 1, "%", "76.3%"),
        ("1234567", 0, "", "1,234,567"),
        ("-1234.5", 2, "£", "−£1,234.50"),
        ("3.2", 1, "£m", "£3.2m"),
        ("12", 0, "days", "12\xa0days"),
        ("1", 0, "days", "1\xa0day"),
        ("-0.04", 1, "%", "0.0%"),
        ("0", 0, "Number", "0"),
        (5, None, "", "5"),
        ("2.50", None, "%", "2.50%"),
    ],
)
def test_numbers_as_printed(value, decimals, unit, printed):
    assert as_number(value, decimals, unit) == printed


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_value_is_marked_not_available_and_never_nought(nothing):
    html = draw("{% number value 1 '%' %}", value=nothing)

    assert words(html) == "[x]"
    assert 'title="not available"' in html


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (date(2011, 10, 20), "20 October 2011"),
        ("2011-10-02", "2 October 2011"),
        (datetime(2011, 7, 1, 23, 30, tzinfo=UTC), "2 July 2011"),  # half past midnight in London
        ("2011-07-01T10:00:00+00:00", "1 July 2011"),
        (None, ""),
    ],
)
def test_dates_as_printed(value, printed):
    assert as_date(value) == printed
    assert draw("{% date value %}", value=value) == printed


@pytest.mark.parametrize("value", [Quarter(2011, 2), "2011-Q2", date(2011, 8, 31)])
def test_quarters_as_printed(value):
    assert as_quarter(value) == "Q2 2011/12"
    assert draw("{% quarter value %}", value=value) == "Q2 2011/12"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("'final'", ""),
        ("'provisional'", "[p]"),
        ("'estimated' revised=True", "[e] [r]"),
        ("'provisional' definition_break=True late=True", "[p] [b] late"),
        ("'' late=True", "late"),
    ],
)
def test_confidence_badges_are_expanded(arguments, said):
    html = draw("{% confidence_badges " + arguments + " %}")

    assert words(html) == said
    assert html.count("title=") == said.count("[")


def test_what_is_given_to_a_component_is_escaped():
    nasty = "<script>alert(1)</script>"
    for source in (
        "{% rag None nasty %}",
        "{% page_heading nasty caption=nasty %}",
        "{% trail rows %}",
        "{% card nasty %}{{ nasty }}{% endcard %}",
        "{% empty_state nasty %}{{ nasty }}{% endempty_state %}",
        "{% wide_table nasty %}{{ nasty }}{% endwide_table %}",
        "{% summary_list rows %}",
        "{% progress 1 2 nasty nasty %}",
        "{% notification_banner nasty %}",
        "{% task_status nasty %}",
        "{% rag_cell 'red' nasty nasty %}",
    ):
        html = draw(source, nasty=nasty, rows=[(nasty, nasty)])
        assert "<script" not in html, source
        assert "&lt;script" in html, source


def test_change_links_name_what_they_change():
    rows = [{"key": "Source", "value": "x", "href": "/change/"}]
    assert "Change source" in words(draw("{% summary_list rows %}", rows=rows))


def test_an_unanswered_row_says_so():
    assert "Not provided" in words(draw("{% summary_list rows %}", rows=[("Evaluation", "")]))


def test_pagination_keeps_the_filters_in_the_address(rf):
    page = Paginator(range(200), 20).get_page(5)
    html = draw("{% pagination page %}", page=page, request=rf.get("/x/?unit=HW&page=5"))

    assert 'href="?unit=HW&amp;page=6"' in html
    assert html.count('aria-current="page"') == 1


def test_one_page_needs_no_pagination():
    assert draw("{% pagination page %}", page=Paginator(range(3), 20).get_page(1)).strip() == ""


@pytest.mark.parametrize(
    ("level", "role", "title"),
    [("success", 'role="alert"', "Success"), ("info", 'role="region"', "Important")],
)
def test_a_notification_says_what_kind_it_is(level, role, title):
    class Said(str):
        level_tag = level

    html = draw("{% notification_banner said %}", said=[Said("Submitted")])

    assert role in html
    assert title in words(html)


def test_nothing_said_draws_no_banner():
    assert draw("{% notification_banner said %}", said=[]).strip() == ""


def test_a_wide_table_is_a_labelled_region_that_the_keyboard_reaches():
    html = draw("{% wide_table 'Ratings by quarter' %}<table></table>{% endwide_table %}")

    assert 'role="region"' in html
    assert 'aria-label="Ratings by quarter"' in html
    assert 'tabindex="0"' in html
