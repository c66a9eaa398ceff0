"""Every field is labelled, described and kept; every problem is said twice in the same words."""

import re

import pytest
from django import forms
from django.template import Context, Template
from lxml import html as markup

from kcc_perf.forms import summary_of
from kcc_perf.gallery import BAD_ANSWERS, GalleryForm

BANNED = re.compile(
    r"\b(please|invalid|sorry|forbidden|ensure|this field|this value)\b", re.IGNORECASE
)


def drawn(form):
    return markup.fromstring(f"<form>{form}</form>")


def described(page, element):
    ids = element.get("aria-describedby", "").split()
    heard = " ".join(page.xpath(f"string(//*[@id='{each}'])") for each in ids)
    return " ".join(heard.split())


def test_every_control_has_one_label():
    page = drawn(GalleryForm())
    controls = page.xpath("//input[not(@type='hidden')] | //select | //textarea")

    assert len(controls) > 12
    for control in controls:
        assert len(page.xpath(f"//label[@for='{control.get('id')}']")) == 1, control.get("name")


def test_nothing_stops_a_person_sending_what_they_typed():
    page = drawn(GalleryForm())

    for attribute in ("required", "maxlength", "min", "max", "step", "placeholder", "pattern"):
        assert page.xpath(f"//@{attribute}") == [], attribute
    assert page.xpath("//input[@type='number']") == []
    assert page.xpath("//input[@name='value']/@inputmode") == ["decimal"]


def test_hints_are_heard_with_their_fields():
    page = drawn(GalleryForm())

    assert "A percentage, like 76.4" in described(page, page.xpath("//input[@name='value']")[0])
    groups = page.xpath("//fieldset[@aria-describedby]")
    assert {described(page, each) for each in groups} == {
        "Select all that apply.",
        "For example, 27 3 2012",
    }


def test_choices_and_dates_are_grouped_under_a_legend():
    legends = drawn(GalleryForm()).xpath("//fieldset/legend/text()")

    assert legends == [
        "How final is this result?",
        "What is holding it back?",
        "When will it be done?",
    ]


def test_optional_fields_say_so_only_beside_required_ones():
    class Filter(forms.Form):
        unit = forms.CharField(required=False)

    assert "E-mail address (optional)" in str(GalleryForm())
    assert "Reference (optional)" not in str(GalleryForm())
    assert "optional" not in str(Filter())


def test_a_long_answer_counts_its_characters():
    group = drawn(GalleryForm()).xpath("//textarea/ancestor::div[@data-module]")[0]

    assert group.get("data-module") == "govuk-character-count"
    assert group.get("data-maxlength") == "600"


@pytest.mark.parametrize("answers", [{}, BAD_ANSWERS], ids=["nothing sent", "everything wrong"])
def test_every_problem_is_said_at_its_field_and_in_the_summary_in_the_same_words(answers):
    form = GalleryForm(answers)
    page = drawn(form)
    summary = summary_of(form)
    at_fields = [
        each.text_content().replace("Error:", "", 1).strip()
        for each in page.xpath("//p[@class='govuk-error-message']")
    ]

    assert [message for message, _ in summary] == at_fields
    assert len(summary) >= len(form.errors)
    for message, target in summary:
        assert page.xpath(f"//*[@id='{target}'][self::input or self::select or self::textarea]"), (
            message
        )
        assert not BANNED.search(message), message
        assert not message.endswith("."), message


def test_errors_are_wired_to_what_they_are_about():
    page = drawn(GalleryForm(BAD_ANSWERS))
    value = page.xpath("//input[@name='value']")[0]

    assert value.get("aria-invalid") == "true"
    assert "govuk-input--error" in value.get("class")
    assert described(page, value).startswith("A percentage, like 76.4 Error: Enter a number")
    assert page.xpath("//input[@type='radio']/@aria-invalid") == []
    group = page.xpath("//fieldset[legend='How final is this result?']")[0]
    assert "Error: Select an answer" in described(page, group)


def test_what_was_typed_is_kept_however_wrong():
    page = drawn(GalleryForm(BAD_ANSWERS))
    kept = {each.get("name"): each.get("value") for each in page.xpath("//input[@value]")}

    for name in ("value", "reference", "email", "due_day", "due_month", "due_year"):
        assert kept[name] == BAD_ANSWERS[name]
    assert page.xpath("string(//textarea)").strip() == BAD_ANSWERS["commentary"]


def test_choices_made_are_kept_beside_someone_elses_mistake():
    page = drawn(GalleryForm({"confidence": "estimated", "reasons": ["demand"], "unit": "ed"}))

    assert page.xpath("//input[@checked]/@value") == ["estimated", "demand"]
    assert page.xpath("//option[@selected]/@value") == ["ed"]


def test_a_password_is_never_sent_back():
    assert "hunter2" not in str(GalleryForm({"password": "hunter2"}))


def test_a_date_is_read_from_its_three_parts():
    form = GalleryForm({"due_day": "27", "due_month": "3", "due_year": "2012"})

    form.is_valid()

    assert str(form.cleaned_data["due"]) == "2012-03-27"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "Enter result for Q2 2011/12"),
        ("12,5", "Enter a number"),
        ("101", "Result for Q2 2011/12 must be 100 or less"),
        ("NaN", "Enter a number"),
    ],
)
def test_stock_messages_are_said_in_our_words(value, said):
    assert GalleryForm({"value": value})["value"].problems == [said]


def test_a_message_that_a_form_words_itself_is_left_alone():
    class Ours(forms.Form):
        value = forms.CharField(error_messages={"required": "Enter the result for Q1 2011/12"})

    assert Ours({})["value"].problems == ["Enter the result for Q1 2011/12"]


def test_a_problem_of_the_whole_form_is_in_the_summary_and_leads_to_its_first_field():
    class Ours(forms.Form):
        first = forms.CharField()
        second = forms.CharField()

        def clean(self):
            raise forms.ValidationError("The first cannot come after the second")

    form = Ours({"first": "b", "second": "a"})

    assert summary_of(form) == [("The first cannot come after the second", "id_first")]
    assert "The first cannot come after the second" in str(form)


def test_a_formset_sums_up_all_its_forms():
    class Action(forms.Form):
        what = forms.CharField(label="Action")

    posted = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "2",
        "form-0-what": "",
        "form-1-what": "",
    }
    formset = forms.formset_factory(Action)(posted)

    assert [target for _, target in summary_of(formset)] == ["id_form-0-what", "id_form-1-what"]


def test_typed_text_is_escaped_when_it_comes_back():
    assert "<script>" not in str(GalleryForm({"reference": "<script>alert(1)</script>"}))


@pytest.mark.parametrize(("form", "prefix"), [(GalleryForm({}), "Error: "), (GalleryForm(), "")])
def test_has_errors_marks_the_title_of_a_page_with_problems(form, prefix):
    source = "{% load kcc %}{% has_errors as wrong %}{% if wrong %}Error: {% endif %}"
    assert Template(source).render(Context({"form": form})) == prefix


def test_an_unbound_form_sums_up_nothing():
    assert summary_of(GalleryForm(), None, "") == []
