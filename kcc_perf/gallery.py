"""Every component in every state, for those who build pages. Served in development only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.charts.small import Bullet, Sparkline
from core.charts.trend import QuarterPoint
from core.clock import noon_of
from core.guards import public
from core.quarters import Quarter
from indicators.queries.pictures import (
    CouncilPicture,
    PictureCell,
    PictureGroup,
    PictureRow,
    UnitStrip,
)
from indicators.queries.rows import IndicatorLine
from indicators.rules.questions import QuestionKey, data_confidence
from sorp.lexicon import Basis, Confidence, Frequency, NotRated, Rag, Travel
from sorp.rules.patterns import Pattern


class GalleryForm(forms.Form):
    """One field of each shape."""

    value = forms.DecimalField(
        label="Result for Q2 2011/12", help_text="A percentage, like 76.4", max_value=100
    )
    reference = forms.CharField(label="Reference", max_length=12)
    email = forms.EmailField(label="E-mail address", required=False)
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    confidence = forms.ChoiceField(
        label="How final is this result?",
        choices=[("final", "Final"), ("provisional", "Provisional"), ("estimated", "Estimated")],
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label="What is holding it back?",
        help_text="Select all that apply.",
        choices=[("staff", "Staffing"), ("demand", "Demand"), ("weather", "Weather")],
        widget=forms.CheckboxSelectMultiple,
    )
    unit = forms.ChoiceField(
        label="Division",
        choices=[("", "Choose a division"), ("hw", "Highways"), ("ed", "Education")],
    )
    due = forms.DateField(
        label="When will it be done?",
        help_text="For example, 27 3 2012",
        widget=forms.SelectDateWidget,
        error_messages={"invalid": "Enter a real date, like 27 3 2012"},
    )
    commentary = forms.CharField(
        label="What happened, and why?", widget=forms.Textarea(attrs={"rows": 4}), max_length=600
    )
    evidence = forms.FileField(label="Evidence", help_text="A CSV or PDF of up to 2 MB")
    checked = forms.BooleanField(label="I have checked this against the source")


BAD_ANSWERS = {
    "value": "12,5",
    "reference": "far-too-long-a-reference",
    "email": "not an address",
    "unit": "nowhere",
    "due_day": "31",
    "due_month": "2",
    "due_year": "2012",
    "commentary": "x" * 620,
}
COMMENTARY = (
    "Gangs were moved to *gully cleansing* after the July floods, so **fewer potholes** were "
    "repaired in time.\n\n- Two gangs return in October\n- A contractor starts on 7 November"
)


@require_safe
@public
def gallery(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    return render(request, "gallery.html", specimens())


def specimens() -> dict[str, Any]:
    """Something to draw each component with."""
    latest = Quarter(2011, 2)
    return {
        "rags": list(Rag),
        "in_doubt": data_confidence([QuestionKey.NOUGHT, QuestionKey.TARGET], Confidence.FINAL),
        "reasons": [word for word in NotRated if "expected range" not in word.label],
        "outcomes": [word for word in NotRated if "expected range" in word.label],
        "travels": list(Travel),
        "latest": latest,
        "annual": SimpleNamespace(
            pattern=Pattern(basis=Basis.SCHOOL_YEAR, frequency=Frequency.ANNUAL, due=(2,))
        ),
        "today": date(2011, 10, 20),
        "moment": noon_of(date(2011, 10, 20)),
        "unrated": {"rag": None, "not_rated_label": "No result"},
        "counts": {"green": 34, "amber": 9, "red": 6, "not_rated": 2},
        "rows": [sample_row(key, *each, latest=latest) for key, each in enumerate(ROWS)],
        "extra": {1: "Two plans wait"},
        "strips": [
            UnitStrip("Highways", "#strips", {"green": 12, "amber": 4, "red": 3}, "2 to PAT"),
            UnitStrip("Road repairs", "#strips", {"green": 2, "red": 3, "not_rated": 1}, depth=1),
            UnitStrip("Coroners", "", {}, others=2),
        ],
        "picture": sample_picture(latest),
        "commentary": COMMENTARY,
        "clean_form": GalleryForm(prefix="clean"),
        "form": GalleryForm(BAD_ANSWERS),
        "page": Paginator(range(200), 20).get_page(5),
        "facts": [
            {"key": "Accountable manager", "value": "Head of Highways", "href": "#facts"},
            ("Source", "Works ordering system, extracted on 4 October 2011"),
            ("Evaluation", ""),
        ],
        "events": [
            SimpleNamespace(
                date=date(2011, 7, 15),
                title="Rated red for Q1 2011/12",
                rag=Rag.RED,
                text="78.1% against a floor standard of 80%.",
                by="",
            ),
            SimpleNamespace(
                date=date(2011, 10, 20),
                title="Referred up to the Performance Assurance Team",
                rag=None,
                text="Red for two quarters running.",
                by="SORP version 1, when Q2 2011/12 was closed",
            ),
        ],
        "success": [SampleMessage("Result for Q2 2011/12 submitted: Red", "success")],
        "notice": [
            SampleMessage("Results for Q2 2011/12 are due by Thursday 20 October 2011", "info")
        ],
    }


class SampleMessage(str):
    """A message as Django's messages framework gives it: words with a level."""

    __slots__ = ("level_tag",)
    level_tag: str

    def __new__(cls, words: str, level_tag: str) -> SampleMessage:
        said = super().__new__(cls, words)
        said.level_tag = level_tag
        return said


# Title, polarity, values from the oldest on, target, floor standard, travel, what follows.
ROWS: tuple[tuple[str, str, tuple[float | None, ...], int, int, str, str], ...] = (
    (
        "Potholes repaired in 28 days",
        "higher",
        (91, 92, 90, 88, 89, None, 85, 84, 82, 80, 78.1, 76.4),
        90,
        80,
        "worsening",
        "Goes to PAT at the close: red twice running.",
    ),
    (
        "Days to answer an enquiry",
        "lower",
        (24, 23, 22, 22, 21, 20, 21, 19, 18, 19, 18, 17),
        20,
        25,
        "improving",
        "",
    ),
    ("Salt in stock for winter", "higher", (), 5, 4, "not enough data", ""),
)


def sample_row(
    key: int,
    title: str,
    polarity: str,
    values: tuple[float | None, ...],
    target: int,
    floor: int,
    travel: str,
    follows: str,
    *,
    latest: Quarter,
) -> IndicatorLine:
    """A row that nobody measured, rated by its own target."""
    points = tuple(
        QuarterPoint(
            latest.back(len(values) - 1 - place),
            None if value is None else Decimal(str(value)),
            rag=None if value is None else _rag(value, polarity, target, floor),
            target=Decimal(target),
            floor=Decimal(floor),
        )
        for place, value in enumerate(values)
    )
    spark = Sparkline(points, "%" if polarity == "higher" else "days")
    last = points[-1] if points else None
    bullet = None
    if last is not None and last.value is not None:
        bullet = Bullet(
            last.value, polarity, last.target, last.floor, measure_unit=spark.measure_unit
        )
    return IndicatorLine(
        key=key,
        reference=title[:2].upper() + "03",
        title=title,
        address="#rows",
        unit="Highways",
        quarter=latest,
        rag=str(last.rag) if last else "",
        not_rated="" if last else "no_result",
        was="amber" if follows else "",
        value=spark.written(last) if last else "",
        last="",
        target=f"target {target}",
        bullet=bullet,
        spark=spark,
        travel=travel,
        marks=("provisional", "late") if follows else (),
        follows=follows,
    )


def _rag(value: float, polarity: str, target: int, floor: int) -> Rag:
    side = 1 if polarity == "higher" else -1
    if side * value >= side * target:
        return Rag.GREEN
    return Rag.AMBER if side * value >= side * floor else Rag.RED


def sample_picture(latest: Quarter) -> CouncilPicture:
    letters = {"R": "red", "A": "amber", "G": "green", "-": "not_rated", " ": ""}
    drawn = [
        ("Potholes repaired in 28 days", "GGAAGGAAGARR"),
        ("Street lights repaired in 28 days", "  GGGGGG-GGG"),
        ("Enquiries answered in 20 working days", "RRRRRAAAAAGG"),
    ]
    quarters = tuple(latest.back(11).until(latest))
    rows = tuple(
        PictureRow(
            "HW03",
            title,
            "#picture",
            tuple(
                PictureCell(letters[each], f"{title}, {when}: {letters[each] or 'not measured'}")
                for when, each in zip(quarters, run, strict=True)
            ),
        )
        for title, run in drawn
    )
    return CouncilPicture(
        quarters, (PictureGroup("Highways", "#picture", rows), PictureGroup("Roads", "", rows[:1]))
    )
