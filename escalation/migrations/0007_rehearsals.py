"""A closed quarter is closed again, on paper, by a version of the SORP, and thrown away."""

import core.clock
import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0006_closing_early_takes_two'),
        ('sorp', '0003_level_duty'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rehearsal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField()),
                ('asked_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('found', models.JSONField(blank=True, help_text='What it would have done', null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rehearsals', to='sorp.version')),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('found__isnull', True)), models.Q(('finished_at__isnull', False), ('found__isnull', False)), _connector='OR'), name='finished_rehearsal_has_found_something'), models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('version', 'quarter'), name='one_unfinished_rehearsal_of_a_version_and_quarter')],
            },
        ),
    ]
