"""Somebody leaves after a day to come, and another takes over then."""

import core.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

USER = settings.AUTH_USER_MODEL


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_council_bodies_and_successors")]

    operations = [
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_day", models.DateField()),
                ("reason", models.CharField(max_length=500)),
                ("asked_at", models.DateTimeField(blank=True, default=core.clock.now, editable=False)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, default="", max_length=500)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER)),
                ("heir", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="departures", to=USER)),
            ],
            options={
                "ordering": ["last_day", "pk"],
                "constraints": [
                    models.UniqueConstraint(condition=Q(dropped_at__isnull=True, made_at__isnull=True), fields=("person",), name="a_person_leaves_once"),
                    models.CheckConstraint(condition=~Q(reason=""), name="a_departure_says_why"),
                    models.CheckConstraint(condition=Q(made_at__isnull=True) | Q(dropped_at__isnull=True), name="a_departure_is_made_or_dropped"),
                    models.CheckConstraint(condition=Q(heir__isnull=True) | ~Q(heir=F("person")), name="nobody_takes_over_from_themselves"),
                ],
            },
        ),
    ]
