from django.db import migrations, models

import organisation.rules


class Migration(migrations.Migration):

    dependencies = [
        ("organisation", "0004_departures"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficeSight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("office", models.CharField(choices=organisation.rules.PostKind.choices, max_length=30, unique=True)),
                ("sight", models.CharField(choices=organisation.rules.Sight.choices, max_length=10)),
            ],
            options={
                "ordering": ["office"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("office__in", ["member", "cabinet_member", "posc_chair", "chair_governance_audit"])),
                        name="sight_is_said_of_an_elected_office",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sight__in", ["nothing", "closed", "signed_off", "submitted", "everything"])),
                        name="sight_is_of_a_known_stage",
                    ),
                ],
            },
        ),
    ]
