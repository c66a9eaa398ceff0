"""A forecast keeps what it was made from and why no chance is shown; a manager gives a colour and says why."""

import core.fields
import indicators.rules.forecasting
import indicators.rules.returns
import indicators.rules.skill
import sorp.lexicon
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0005_register_of_data_quality'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='managersforecast',
            name='forecast_is_of_a_known_kind',
        ),
        migrations.RemoveConstraint(
            model_name='systemforecast',
            name='forecast_has_a_known_method',
        ),
        migrations.AddField(
            model_name='managersforecast',
            name='rag',
            field=models.CharField(blank=True, choices=sorp.lexicon.Rag.choices, max_length=5, verbose_name='RAG status'),
        ),
        migrations.AddField(
            model_name='managersforecast',
            name='why',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='systemforecast',
            name='inputs',
            field=models.JSONField(default=dict, help_text='What it was worked out from'),
        ),
        migrations.AddField(
            model_name='systemforecast',
            name='unsaid',
            field=models.CharField(blank=True, choices=indicators.rules.skill.Unsaid.choices, help_text='Why no chance is shown, where one was worked out', max_length=10),
        ),
        migrations.AlterField(
            model_name='managersforecast',
            name='likelihood',
            field=models.CharField(blank=True, choices=indicators.rules.returns.Likelihood.choices, max_length=14),
        ),
        migrations.AlterField(
            model_name='managersforecast',
            name='value',
            field=models.DecimalField(decimal_places=6, max_digits=15, null=True),
        ),
        migrations.AlterField(
            model_name='systemforecast',
            name='made_in',
            field=core.fields.QuarterField(help_text='The last quarter whose result it knows'),
        ),
        migrations.AddConstraint(
            model_name='managersforecast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('horizon__in', [indicators.rules.returns.Horizon['NEXT_QUARTER'], indicators.rules.returns.Horizon['YEAR_END']]), ('likelihood__in', [indicators.rules.returns.Likelihood['ALMOST_CERTAIN'], indicators.rules.returns.Likelihood['LIKELY'], indicators.rules.returns.Likelihood['EVEN'], indicators.rules.returns.Likelihood['UNLIKELY']]), ('rag', ''), ('value__isnull', False), ('why', '')), models.Q(('horizon', indicators.rules.returns.Horizon['YEAR_END']), ('rag__in', [sorp.lexicon.Rag['RED'], sorp.lexicon.Rag['AMBER'], sorp.lexicon.Rag['GREEN']]), models.Q(('why', ''), _negated=True), ('likelihood', ''), ('value__isnull', True)), _connector='OR'), name='forecast_is_of_a_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='systemforecast',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', [indicators.rules.forecasting.ForecastMethod['SMOOTHING'], indicators.rules.forecasting.ForecastMethod['DRIFT'], indicators.rules.forecasting.ForecastMethod['SEASONAL'], indicators.rules.forecasting.ForecastMethod['SO_FAR']])), name='forecast_has_a_known_method'),
        ),
        migrations.AddConstraint(
            model_name='systemforecast',
            constraint=models.CheckConstraint(condition=models.Q(('unsaid__in', ['', indicators.rules.skill.Unsaid['TOO_FEW'], indicators.rules.skill.Unsaid['NO_BETTER_THAN_RATE'], indicators.rules.skill.Unsaid['NO_BETTER_THAN_LAST']])), name='forecast_is_silent_for_a_known_reason'),
        ),
    ]
