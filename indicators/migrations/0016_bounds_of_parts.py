"""The bounds of a part's target do not contradict one another, as those of an indicator's do not."""

import core.clock
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("indicators", "0015_withheld_months")]

    operations = [
        migrations.AlterField(
            model_name="parttarget",
            name="set_at",
            field=models.DateTimeField(blank=True, default=core.clock.now, editable=False),
        ),
        migrations.AddConstraint(
            model_name="parttarget",
            constraint=models.CheckConstraint(
                condition=Q(("lower__isnull", True), ("upper__isnull", True), ("lower__lte", F("upper")), _connector="OR"),
                name="target_range_of_a_part_is_the_right_way_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="parttarget",
            constraint=models.CheckConstraint(
                condition=Q(("outer_lower__isnull", True), ("lower__isnull", True), ("outer_lower__lte", F("lower")), _connector="OR"),
                name="outer_lower_bound_of_a_part_is_outside",
            ),
        ),
        migrations.AddConstraint(
            model_name="parttarget",
            constraint=models.CheckConstraint(
                condition=Q(("outer_upper__isnull", True), ("upper__isnull", True), ("outer_upper__gte", F("upper")), _connector="OR"),
                name="outer_upper_bound_of_a_part_is_outside",
            ),
        ),
    ]
