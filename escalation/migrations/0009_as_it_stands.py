"""What the close of an open quarter would do with each indicator and unit, kept until it is closed."""

import core.clock
import core.fields
import django.db.models.deletion
import sorp.lexicon
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0008_a_close_can_be_taken_back'),
        ('indicators', '0020_reminders_sent_by_hand'),
        ('organisation', '0003_council_bodies_and_successors'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClosePreview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField()),
                ('rag', models.CharField(blank=True, choices=sorp.lexicon.Rag.choices, max_length=5, verbose_name='RAG status')),
                ('not_rated', models.CharField(blank=True, choices=sorp.lexicon.NotRated.choices, max_length=12)),
                ('travel', models.CharField(blank=True, choices=sorp.lexicon.Travel.choices, max_length=20)),
                ('is_given', models.BooleanField(default=False, help_text='Whether a result was given, with a figure or without')),
                ('follows', models.JSONField(default=list, help_text='What would follow at the close')),
                ('told', models.JSONField(help_text="How it stood when the last morning's notices were owed", null=True)),
                ('told_on', models.DateField(help_text='The morning on which it was last looked at', null=True)),
                ('worked_out_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='close_previews', to='indicators.indicator')),
            ],
            options={
                'ordering': ['indicator'],
                'indexes': [models.Index(fields=['quarter'], name='close_preview_by_quarter')],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'quarter'), name='one_preview_of_an_indicators_close'), models.CheckConstraint(condition=models.Q(('rag', ''), ('not_rated', ''), _connector='OR'), name='preview_is_rated_or_says_why_not')],
            },
        ),
        migrations.CreateModel(
            name='UnitClosePreview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField()),
                ('follows', models.JSONField(default=list, help_text='What would follow at the close')),
                ('told', models.JSONField(help_text="How it stood when the last morning's notices were owed", null=True)),
                ('worked_out_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='close_previews', to='organisation.unit')),
            ],
            options={
                'ordering': ['unit'],
                'constraints': [models.UniqueConstraint(fields=('unit', 'quarter'), name='one_preview_of_a_units_close')],
            },
        ),
    ]
