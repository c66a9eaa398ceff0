"""Evidence and evaluations are told of until a last day, as every part of the plan is."""

from django.db import migrations, models
from django.db.models import F, Q

OPEN = Q(ends_on__isnull=True)


def day(which):
    return models.DateField(blank=True, null=True, verbose_name=which)


class Migration(migrations.Migration):
    dependencies = [("strategy", "0003_parts_of_the_plan_end")]

    operations = [
        migrations.AlterModelOptions(
            name="evidence",
            options={
                "ordering": ["-gathered_on", "-id"],
                "verbose_name": "piece of evidence",
                "verbose_name_plural": "pieces of evidence",
            },
        ),
        migrations.RemoveConstraint("evaluation", "one_evaluation_a_day"),
        migrations.AddField("evaluation", "ends_on", day("last day")),
        migrations.AddField("evaluation", "starts_on", day("first day")),
        migrations.AddField("evidence", "ends_on", day("last day")),
        migrations.AddField("evidence", "starts_on", day("first day")),
        migrations.AddConstraint(
            "evaluation",
            models.CheckConstraint(
                condition=OPEN | Q(ends_on__gte=F("judged_on")),
                name="evaluation_ends_after_it_was_given",
            ),
        ),
        migrations.AddConstraint(
            "evaluation",
            models.UniqueConstraint(
                condition=OPEN, fields=("priority", "judged_on"), name="one_evaluation_a_day"
            ),
        ),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=OPEN | Q(ends_on__gte=F("gathered_on")),
                name="evidence_ends_after_it_was_gathered",
            ),
        ),
    ]
