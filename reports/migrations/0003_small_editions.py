"""What is published between two reports: one fact each, frozen by the act that makes it public."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARD = Guard(
    table="reports_smalledition",
    sentence="What was published is never changed or deleted: publish something after it",
    never=(
        *("id", "kind", "reference", "number", "document", "sha256", "frozen_at"),
        "approved_by_id",
    ),
    unique=(Unique(("kind", "reference", "number")),),
)


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0002_published_editions_stand'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SmallEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('plan', 'An action plan agreed')], max_length=10)),
                ('reference', models.CharField(help_text='The indicator that it is about', max_length=30)),
                ('number', models.PositiveSmallIntegerField()),
                ('document', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('frozen_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', 'reference', 'number'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'reference', 'number'), name='small_editions_are_numbered')],
            },
        ),
        GuardTable(GUARD),
    ]
