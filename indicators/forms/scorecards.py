"""What is asked about a scorecard that was uploaded: once for many cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

from core.refusals import Refused
from indicators.scorecards.facts import ScorecardRead
from indicators.scorecards.predecessors import Measure, taken_apart
from indicators.scorecards.reading import RefusedFiles, check_size, check_sizes
from indicators.scorecards.settling import (
    AS_READ,
    NOT_READ,
    Asked,
    ScorecardAnswers,
    asked_of,
    groups_in,
)
from indicators.scorecards.vocabulary import Role
from organisation.forms.units import UnitChoice, named_apart
from organisation.models.people import User
from organisation.models.units import Unit

ACCEPTED = ".xlsx,.xlsm,.xls,.ods,.csv,.txt,.docx"


def field_in_words(field: str) -> str:
    """What a question is about, as its reader names it."""
    return {"from_quarter": "target", "polarity": "which way is better"}.get(
        field, field.replace("_", " ")
    )


class SeveralFilesInput(forms.FileInput):
    """A box in which several files may be chosen at once."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """One file or more; each is looked at as one alone would be."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        chosen = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFiles, self).clean(each, initial) for each in chosen or [None]]


class ScorecardForm(forms.Form):
    """Choosing the file, or several that are one scorecard together."""

    file = SeveralFiles(
        label="Choose your last scorecard",
        help_text="Excel (.xlsx, .xls), OpenDocument (.ods), CSV or Word (.docx), as you keep it, up to 10 MB."
        " Where it is kept in several files, choose them together: up to 20, and 20 MB in all.",
        widget=SeveralFilesInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a file",
            "missing": "Choose a file",
            "empty": "The selected file is empty",
            "invalid": "The file could not be uploaded. Choose it again",
        },
    )

    def clean_file(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["file"]
        try:
            if len(files) == 1:
                check_size(files[0].size or 0)
            else:
                check_sizes([(each.name or "", each.size or 0) for each in files])
        except RefusedFiles as refusal:
            raise forms.ValidationError(list(refusal.each)) from None
        except Refused as reason:
            raise forms.ValidationError(str(reason)) from None
        return files


ROLE_CHOICES = (
    ("", "As it was read"),
    (Role.VALUE.value, "The result"),
    (Role.TARGET.value, "The target"),
    (Role.FLOOR.value, "The floor standard"),
    (Role.STATUS.value, "The status"),
    (Role.NUMERATOR.value, "The numerator"),
    (Role.DENOMINATOR.value, "The denominator"),
    (Role.REFERENCE.value, "The reference"),
    (Role.TITLE.value, "The title"),
    (Role.UNIT.value, "The unit of the figures"),
    (Role.POLARITY.value, "Which way is better"),
    (Role.FREQUENCY.value, "How often it is measured"),
    (Role.SECTION.value, "The directorate or priority"),
    (Role.COMMENTARY.value, "Commentary"),
    (NOT_READ, "Nothing that is read"),
)


def _added_in_words(measure: Measure) -> str:
    added = sorted(measure.added_up())
    how = "by numerator and denominator" if not measure.are_counts else "figure by figure"
    return f"Added up {how}, {added[0]} to {added[-1]}: {', '.join(measure.areas)}"


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """Questions that ask the same of several cells: answered together, or one by one."""

    every: BoundField | None  # where there are several
    each: Sequence[BoundField]


class ScorecardAnswersForm(forms.Form):
    """Whose the indicators are, what columns hold, and what only the council can say of some cells."""

    answered = forms.IntegerField(widget=forms.HiddenInput)
    year = forms.IntegerField(
        label="In which financial year are these figures?",
        help_text="The year in which it began: 2023 for 2023/24. No title says it.",
        min_value=1990,
        max_value=2100,
        required=False,
        error_messages={"invalid": "Write the year with four figures, such as 2023"},
    )
    every_unit = UnitChoice(
        Unit.objects.none(),
        label="Which unit do those you leave open below belong to?",
        to_field_name="code",
        empty_label="Choose a unit",
        required=False,
    )
    manager = forms.ModelChoiceField(
        User.objects.none(),
        label="Who answers for these indicators?",
        help_text="One accountable manager for all. You can move indicators to others later.",
        to_field_name="email",
        empty_label="Choose somebody",
        required=False,
    )
    published = forms.BooleanField(
        label="It was published, or signed off, as it is",
        help_text="Results for earlier quarters then need no sign-off here. The record says which file they were published in, and who uploaded it.",
        required=False,
    )
    others_are_right = forms.BooleanField(
        label="Treat every question I leave open as read correctly", required=False
    )

    def __init__(
        self,
        *args: Any,
        read: ScorecardRead,
        answers: ScorecardAnswers,
        answered: int,
        units: QuerySet[Unit],
        managers: QuerySet[User],
        asks_year: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups_in(read)
        self.asked: Sequence[Asked] = asked_of(read, answers)
        self.columns = read.columns
        self.before = answers
        self.fields["answered"].initial = answered
        self.fields["year"].initial = answers.year
        if not asks_year:
            del self.fields["year"]
        every = self.fields["every_unit"]
        assert isinstance(every, forms.ModelChoiceField)
        every.queryset = units
        manager = self.fields["manager"]
        assert isinstance(manager, forms.ModelChoiceField)
        manager.queryset = managers
        manager.initial = answers.manager
        self.fields["others_are_right"].initial = answers.others_are_right
        self.fields["published"].initial = answers.published
        choices = [("", "Left open")]
        choices += named_apart(units)
        self.names = read.files
        for at, file in enumerate(self.names):
            self.fields[f"area_{at}"] = forms.CharField(
                label=f"{file}: of which council before the merger?",
                max_length=80,
                required=False,
                initial=read.areas.get(file, ""),
            )
        apart = taken_apart(read)
        self.addable, self.apart = apart.addable, apart.apart
        if self.addable:
            self.fields["every_comparable"] = forms.BooleanField(
                label="All of these are comparable", required=False
            )
        for at, measure in enumerate(self.addable):
            self.fields[f"comparable_{at}"] = forms.BooleanField(
                label=measure.title,
                help_text=_added_in_words(measure),
                required=False,
                initial=measure.key in answers.comparable,
            )
        for at, group in enumerate(self.groups):
            self.fields[f"unit_{at}"] = forms.ChoiceField(
                label=group, choices=choices, required=False, initial=answers.units.get(group, "")
            )
        for at, column in enumerate(self.columns):
            among = f"{column.file}, " if len(read.files) > 1 else ""
            self.fields[f"role_{at}"] = forms.ChoiceField(
                label=column.text,
                choices=ROLE_CHOICES,
                required=False,
                initial=answers.roles.get(column.key, ""),
                help_text=f"{among}{column.place}, read as {column.role or 'nothing'}"
                + (f", such as “{column.example}”" if column.example else ""),
            )
        for asked in self.asked:
            self.fields[f"question_{asked.key}"] = forms.ChoiceField(
                label=f"{asked.where}, {field_in_words(asked.doubt.field)}: {asked.doubt.why}",
                choices=asked.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=answers.questions.get(asked.key, ""),
                error_messages={"invalid_choice": "Choose one of the answers"},
            )

        for at, kind in enumerate(self.kinds):
            if len(kind) > 1:
                shared = set.intersection(*({key for key, _ in each.choices} for each in kind))
                words = dict(kind[0].choices) | {AS_READ: "All are right as read"}
                self.fields[f"every_question_{at}"] = forms.ChoiceField(
                    label=f"{len(kind)} times: {kind[0].doubt.why}",
                    help_text="What you answer one by one stands; this is said of the others.",
                    choices=[(key, words[key]) for key, _ in kind[0].choices if key in shared],
                    widget=forms.RadioSelect,
                    required=False,
                    error_messages={"invalid_choice": "Choose one of the answers"},
                )

        for each in self.fields.values():
            each.one_of_several = True  # type: ignore[attr-defined]  # none is marked as optional

    def group_fields(self) -> Iterator[BoundField]:
        return (self[f"unit_{at}"] for at, _ in enumerate(self.groups))

    def area_fields(self) -> Iterator[BoundField]:
        return (self[f"area_{at}"] for at, _ in enumerate(self.names))

    def comparable_fields(self) -> Iterator[BoundField]:
        return (self[f"comparable_{at}"] for at, _ in enumerate(self.addable))

    def column_fields(self) -> Iterator[BoundField]:
        return (self[f"role_{at}"] for at, _ in enumerate(self.columns))

    @property
    def kinds(self) -> list[list[Asked]]:
        """The questions, those together that ask the same."""
        found: dict[tuple[str, str], list[Asked]] = {}
        for asked in self.asked:
            found.setdefault((asked.doubt.field, asked.doubt.why), []).append(asked)
        return list(found.values())

    def question_kinds(self) -> Iterator[QuestionKind]:
        for at, kind in enumerate(self.kinds):
            every = self[f"every_question_{at}"] if len(kind) > 1 else None
            yield QuestionKind(every, [self[f"question_{asked.key}"] for asked in kind])

    @property
    def answers(self) -> ScorecardAnswers:
        """What was said; of what this page does not show, what stood before."""
        said = self.cleaned_data
        every: Unit | None = said.get("every_unit")
        units = {
            group: said.get(f"unit_{at}") or (every.code if every else "")
            for at, group in enumerate(self.groups)
        }
        roles = {
            column.key: role
            for at, column in enumerate(self.columns)
            if (role := said.get(f"role_{at}"))
        }
        questions = {
            asked.key: answer
            for at, kind in enumerate(self.kinds)
            for asked in kind
            if (answer := said.get(f"question_{asked.key}") or said.get(f"every_question_{at}"))
        }
        areas = {
            file: " ".join(area.split())
            for at, file in enumerate(self.names)
            if (area := said.get(f"area_{at}", "")).strip()
        }
        comparable = [
            measure.key
            for at, measure in enumerate(self.addable)
            if said.get("every_comparable") or said.get(f"comparable_{at}")
        ]
        manager: User | None = said.get("manager")
        return ScorecardAnswers(
            year=said.get("year", self.before.year) or self.before.year,
            roles=roles,
            units={**self.before.units, **{group: code for group, code in units.items() if code}},
            manager=manager.email if manager else "",
            questions={**self.before.questions, **questions},
            others_are_right=said["others_are_right"],
            published=said["published"],
            areas=areas,
            comparable=comparable,
        )
