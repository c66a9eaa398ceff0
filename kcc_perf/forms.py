"""How every form field is drawn: GOV.UK style, by one renderer and no form library.

Apps write plain Django forms. The renderer gives each field its label, hint, error message and
the wiring between them; it never loses what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from core.words import mid_sentence

SHAPES: tuple[tuple[type[forms.Widget], str], ...] = (
    # The first that fits: CheckboxSelectMultiple is a RadioSelect to Django.
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.SelectDateWidget, "date"),
    (forms.PasswordInput, "password"),
    (forms.FileInput, "file"),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.widgets.Input, "input"),
)
CLASSES = {
    "checkboxes": "govuk-checkboxes__input",
    "radios": "govuk-radios__input",
    "checkbox": "govuk-checkboxes__input",
    "password": "govuk-input govuk-password-input__input govuk-js-password-input-input",
    "file": "govuk-file-upload",
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "input": "govuk-input",
}
WITH_ERROR_CLASS = {
    "password": "govuk-input--error",
    "file": "govuk-file-upload--error",
    "textarea": "govuk-textarea--error",
    "select": "govuk-select--error",
    "input": "govuk-input--error",
}
# Attributes by which a browser would refuse, cut short or blank what a person typed, before the
# server could say what to do about it. A hint that vanishes on typing is no hint.
UNHELPFUL = ("required", "maxlength", "minlength", "min", "max", "step", "placeholder")
UNLISTED = "Select an answer from the list"
CHOSEN = {"checkboxes", "radios", "select", "file"}


class GovukBoundField(BoundField):
    """A field on a form, with what its template needs to draw it and wire it up."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        widget = field.widget
        self.shape = next((word for kind, word in SHAPES if isinstance(widget, kind)), "")
        if isinstance(widget, forms.NumberInput):
            # A number input blanks "12,5" and turns on the mouse wheel; text keeps it to be mended.
            widget.input_type = "text"
            whole = isinstance(field, forms.IntegerField) and not isinstance(
                field, forms.DecimalField | forms.FloatField
            )
            widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if widget.is_hidden:
            return attrs
        for name in UNHELPFUL:
            if name in attrs or name in widget.attrs:
                attrs[name] = False  # Django leaves out an attribute that is False
        attrs["class"] = " ".join(self._classes(widget.attrs.get("class", "")))
        if self.shape in {"radios", "checkboxes"}:
            attrs.pop("aria-invalid", None)  # the group is wrong, not each of its choices
        if self.shape == "password":
            attrs.setdefault("spellcheck", "false")
            attrs.setdefault("autocapitalize", "none")
        return attrs

    def _classes(self, own: str) -> Iterator[str]:
        yield CLASSES.get(self.shape, "")
        if own:
            yield own
        elif self.shape == "input" and self.field.widget.attrs.get("inputmode"):
            yield "govuk-input--width-10"
        if self.shape == "textarea" and self.character_limit:
            yield "govuk-js-character-count"
        if self.errors and self.shape in WITH_ERROR_CLASS:
            yield WITH_ERROR_CLASS[self.shape]

    @property
    def problems(self) -> list[str]:
        """What is wrong, each as a sentence that says what to do."""
        data = getattr(self.errors, "data", [])
        return [message for error in data for message in in_our_words(error, self)]

    @property
    def error_target(self) -> str:
        """The id on which the error summary lands: the first control a person can use."""
        if self.shape in {"radios", "checkboxes"}:
            return f"{self.auto_id}_0"
        if self.shape == "date":
            return f"{self.auto_id}_day"
        return self.id_for_label or self.auto_id

    @property
    def described_by(self) -> str:
        return self.aria_describedby or ""

    @property
    def is_marked_optional(self) -> bool:
        """Optional fields say so, unless all are (as in a filter) or the choice says it itself."""
        if self.field.required or self.shape in {"checkbox", "checkboxes"}:
            return False
        named = any(field.required for field in self.form.fields.values())
        one_of_several = getattr(self.field, "one_of_several", False)
        return named and not one_of_several and "optional" not in str(self.label).lower()

    @property
    def has_our_choices(self) -> bool:
        """Whether it offers words of ours in a list, and not what the council has called something."""
        return self.shape == "select" and not isinstance(self.field, forms.ModelChoiceField)

    @property
    def character_limit(self) -> int | None:
        return getattr(self.field, "max_length", None)

    @property
    def date_parts(self) -> list[dict[str, Any]]:
        """Day, month and year as three text boxes that keep what was typed, right or wrong."""
        held = self.value() if not self.form.is_bound else None
        return [
            {
                "label": part.capitalize(),
                "name": f"{self.html_name}_{part}",
                "id": f"{self.auto_id}_{part}",
                "width": 4 if part == "year" else 2,
                "value": self.form.data.get(f"{self.html_name}_{part}", "")
                if self.form.is_bound
                else getattr(held, part, ""),
            }
            for part in ("day", "month", "year")
        ]


class Renderer(TemplatesSetting):
    """Draws forms from templates/forms, with our bound field. Named in settings.FORM_RENDERER."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = GovukBoundField


def in_our_words(error: ValidationError | str, field: BoundField) -> list[str]:
    """Django's stock messages, said as this product says them; a form's own are left alone."""
    if not isinstance(error, ValidationError):
        return [str(error)]
    stock = error.messages[0]
    label = _kept(_subject(field))
    said = {
        "required": (_kept(_if_empty(field)), "This field"),
        "invalid_choice": (_kept(f"{UNLISTED} for “{field.label}”"), "Select a valid"),
        "invalid": ("Enter an e-mail address like name@example.com", "Enter a valid email"),
        "max_value": (f"{label} must be {{limit_value}} or less", "Ensure"),
        "min_value": (f"{label} must be {{limit_value}} or more", "Ensure"),
        "max_length": (f"{label} must be {{limit_value}} characters or fewer", "Ensure"),
        "min_length": (f"{label} must be {{limit_value}} characters or more", "Ensure"),
        "max_decimal_places": (f"{label} must have no more than {{max}} decimal places", "Ensure"),
        "null_characters_not_allowed": (
            f"{label} holds a character that cannot be shown: type it again",
            "Null",
        ),
        "max_digits": (f"{label} must have no more than {{max}} digits", "Ensure"),
        "max_whole_digits": (f"{label} must have no more than {{max}} whole digits", "Ensure"),
    }.get(error.code or "")
    if said and stock.startswith(said[1]):
        return [said[0].format(**(error.params or {}))]
    return [message.rstrip(".") for message in error.messages]


def _kept(words: str) -> str:
    """Words into which nothing is filled, whatever braces stand in them."""
    return words.replace("{", "{{").replace("}", "}}")


def _subject(field: BoundField) -> str:
    """What a sentence about the field begins with; a question cannot begin one."""
    label = str(field.label)
    return f"Your answer to “{label}”" if label.endswith("?") else label


def _if_empty(field: BoundField) -> str:
    label, shape = str(field.label), getattr(field, "shape", "")
    if shape == "checkbox":
        return f"Tick “{label}”"
    verb = "Select" if shape in CHOSEN else "Enter"
    if label.endswith("?"):
        return f"{verb} an answer to “{label}”"
    return f"{verb} {mid_sentence(label)}"


def summary_of(*forms_or_sets: Any) -> list[tuple[str, str]]:
    """Each problem with the id it belongs to, in the order of the page, without repeats."""
    found: dict[tuple[str, str], None] = {}
    for form in forms_or_sets:
        for problem in _problems_of(form):
            found.setdefault(problem)
    return list(found)


def _problems_of(form: Any) -> Iterator[tuple[str, str]]:
    if not form or not form.is_bound:
        return
    if hasattr(form, "forms"):  # a formset
        for error in form.non_form_errors():
            yield str(error), ""
        for each in form.forms:
            yield from _problems_of(each)
        return
    visible = form.visible_fields()
    first = visible[0].error_target if visible else ""
    for error in form.non_field_errors().data:
        for message in error.messages:
            yield message.rstrip("."), first
    for field in visible:
        for message in field.problems:
            yield message, field.error_target
    for field in form.hidden_fields():
        for message in field.errors:
            yield f"{field.label}: {message}", first
