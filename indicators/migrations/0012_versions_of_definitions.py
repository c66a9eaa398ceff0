"""What a definition said before, who changed it, when and why: kept, and the database itself keeps it."""

import core.clock
import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

DEFINITION_CHANGE = Guard(
    table="indicators_definitionchange",
    sentence="What a definition said before is never changed or deleted: change the definition again",
    never=(
        *("id", "indicator_id", "number", "changes", "reason", "break_from"),
        *("changed_at", "changed_by_id"),
    ),
    unique=(Unique(("indicator_id", "number")),),
)


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0011_questions_about_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DefinitionChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='Of the version that it made: 2, 3 …')),
                ('changes', models.JSONField(help_text='By part: {"source": {"was": "…", "is": "…"}}')),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('break_from', core.fields.QuarterField(blank=True, help_text='From which quarter figures compare no more with those before', null=True)),
                ('changed_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='definition_changes', to='indicators.indicator')),
            ],
            options={
                'ordering': ['indicator', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'number'), name='versions_of_a_definition_are_numbered'), models.CheckConstraint(condition=models.Q(('number__gte', 2)), name='the_first_version_is_what_was_defined')],
            },
        ),
        GuardTable(DEFINITION_CHANGE),
    ]
