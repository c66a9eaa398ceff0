"""What is asked about the ways in which people prove who they are."""

from django import forms

from organisation.models.people import User


class PersonField(forms.ModelChoiceField):
    """People by name, and by address, since two may share a name."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})"


class JoinForm(forms.Form):
    """Whose a waiting account is."""

    person = PersonField(
        User.objects.none(),
        label="Whose account is it?",
        empty_label="Choose a person",
        error_messages={
            "required": "Choose the person whose account it is",
            "invalid_choice": "Choose somebody in the list. It leaves out those who can no longer sign in",
        },
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = self.fields["person"]
        assert isinstance(people, PersonField)
        people.queryset = User.objects.filter(is_active=True)
