"""What somebody has typed of an action plan and not yet saved is kept."""

import core.clock
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0011_words_of_referring_up'),
        ('indicators', '0026_hours_that_officers_note'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('typed', models.JSONField(default=dict)),
                ('step', models.CharField(max_length=20)),
                ('saved_at', models.DateTimeField(default=core.clock.now)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_drafts', to='indicators.indicator')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['indicator', '-saved_at'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'saved_by'), name='one_draft_of_a_plan_for_each_writer')],
            },
        ),
    ]
