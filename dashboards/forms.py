"""What narrows a register, kept in the address so that what is seen can be sent to somebody."""

from django import forms

from organisation.rules import UnitTier


class RevisionsForm(forms.Form):
    """The restatement register of one quarter, or of one directorate."""

    quarter = forms.ChoiceField(label="Quarter revised", required=False)
    directorate = forms.ChoiceField(label="Directorate", required=False)

    def __init__(self, *args, quarters, tree, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["quarter"].choices = [
            ("", "Every quarter"),
            *((quarter.key, str(quarter)) for quarter in quarters),
        ]
        directorates = sorted(
            (branch.name, branch.code)
            for branch in tree.branches.values()
            if branch.tier is UnitTier.DIRECTORATE
        )
        self.fields["directorate"].choices = [
            ("", "Every directorate"),
            *((code, name) for name, code in directorates),
        ]


class ComplianceForm(forms.Form):
    """How far the SORP was kept in one unit and below it."""

    unit = forms.ChoiceField(label="Directorate, division or team", required=False)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [
            ("", "The whole council"),
            *((branch.code, f"{'– ' * depth}{branch.name}") for branch, depth in units),
        ]
