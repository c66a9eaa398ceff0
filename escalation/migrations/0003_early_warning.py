"""What early warning tells is kept as it was worked out."""

import core.clock
import core.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0002_what_was_told_stands'),
        ('indicators', '0006_forecasts_with_their_inputs'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarlyWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed', core.fields.QuarterField(help_text='The last closed quarter when it was worked out')),
                ('known_until', core.fields.QuarterField(help_text='The last quarter whose result it knows')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('is_latest', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('silence', models.CharField(blank=True, help_text='Why no forecast, or no chance of red, is shown', max_length=200)),
                ('gap', models.CharField(blank=True, help_text='How far it is from target', max_length=300)),
                ('leads', models.CharField(blank=True, help_text='Where its course leads', max_length=300)),
                ('chance_red', models.DecimalField(decimal_places=4, help_text='Where it is shown', max_digits=5, null=True)),
                ('soonest', models.PositiveSmallIntegerField(help_text='Quarters to the first referral in sight', null=True)),
                ('follows', models.JSONField(default=list, help_text='What would follow, as sentences')),
                ('inputs', models.JSONField(default=dict, help_text='The quarters to come, as it took them to be')),
                ('forecast', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='early_warnings', to='indicators.systemforecast')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='early_warnings', to='indicators.indicator')),
                ('rating', models.ForeignKey(help_text='The latest with a value', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='indicators.rating')),
            ],
            options={
                'ordering': ['indicator', 'closed', 'number'],
                'constraints': [models.UniqueConstraint(fields=('indicator', 'closed', 'number'), name='early_warnings_are_numbered'), models.UniqueConstraint(condition=models.Q(('is_latest', True)), fields=('indicator', 'closed'), name='one_latest_early_warning'), models.CheckConstraint(condition=models.Q(('soonest__isnull', True), models.Q(('soonest__gte', 1), ('soonest__lte', 4)), _connector='OR'), name='early_warning_looks_a_year_ahead')],
            },
        ),
    ]
