"""Who has a part in a figure, moves from a day on, and targets that one proposes and another approves."""

import core.clock
import core.fields
import django.db.models.deletion
import indicators.rules.targets
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0016_bounds_of_parts'),
        ('organisation', '0001_first_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IndicatorMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_day', models.DateField()),
                ('reason', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField(blank=True, default=core.clock.now, editable=False)),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('dropped_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'ordering': ['indicator', 'from_day', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TargetProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_quarter', core.fields.QuarterField()),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('floor', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True, verbose_name='floor standard')),
                ('lower', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('upper', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('outer_lower', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('outer_upper', models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True)),
                ('reason', models.CharField(max_length=500)),
                ('state', models.CharField(choices=indicators.rules.targets.ProposalState.choices, default='proposed', max_length=9)),
                ('proposed_at', models.DateTimeField(blank=True, default=core.clock.now, editable=False)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, help_text='What was said to it', max_length=500)),
                ('body', models.CharField(blank=True, max_length=120)),
                ('met_on', models.DateField(blank=True, null=True)),
                ('minute', models.CharField(blank=True, help_text='The number of its minute', max_length=40)),
            ],
            options={
                'ordering': ['indicator', 'from_quarter', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='indicator',
            name='checker',
            field=models.ForeignKey(blank=True, help_text='Who looks at its figures before they go up; never its accountable manager', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='indicators_checked', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='indicator',
            name='contributors',
            field=models.CharField(blank=True, help_text='Who else has a part in it, one after another; with ;', max_length=500),
        ),
        migrations.AddField(
            model_name='indicator',
            name='data_provider',
            field=models.CharField(blank=True, help_text='Who gives the figure: a person, a team, a partner', max_length=200),
        ),
        migrations.AddField(
            model_name='indicator',
            name='next_review',
            field=models.DateField(blank=True, help_text='When its definition is next looked at', null=True),
        ),
        migrations.AddConstraint(
            model_name='indicator',
            constraint=models.CheckConstraint(condition=models.Q(('checker__isnull', True), models.Q(('checker', models.F('accountable_manager')), _negated=True), _connector='OR'), name='no_manager_checks_their_own_indicator'),
        ),
        migrations.AddField(
            model_name='indicatormove',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='indicatormove',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='indicatormove',
            name='manager',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='indicatormove',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.unit'),
        ),
        migrations.AddField(
            model_name='targetproposal',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='targetproposal',
            name='indicator',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='target_proposals', to='indicators.indicator'),
        ),
        migrations.AddField(
            model_name='targetproposal',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='targetproposal',
            name='recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='indicatormove',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at__isnull', True), ('made_at__isnull', True)), fields=('indicator', 'from_day'), name='an_indicator_moves_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='indicatormove',
            constraint=models.CheckConstraint(condition=models.Q(('unit__isnull', False), ('manager__isnull', False), _connector='OR'), name='a_move_has_somewhere_to_go'),
        ),
        migrations.AddConstraint(
            model_name='indicatormove',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_move_says_why'),
        ),
        migrations.AddConstraint(
            model_name='indicatormove',
            constraint=models.CheckConstraint(condition=models.Q(('made_at__isnull', True), ('dropped_at__isnull', True), _connector='OR'), name='a_move_is_made_or_dropped'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['proposed', 'recorded'])), fields=('indicator', 'from_quarter'), name='one_proposed_target_from_a_quarter'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', [indicators.rules.targets.ProposalState['PROPOSED'], indicators.rules.targets.ProposalState['RECORDED'], indicators.rules.targets.ProposalState['APPROVED'], indicators.rules.targets.ProposalState['REFUSED'], indicators.rules.targets.ProposalState['WITHDRAWN']])), name='a_proposed_target_has_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_proposed_target_says_why'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('lower__isnull', True), ('upper__isnull', True), ('lower__lte', models.F('upper')), _connector='OR'), name='a_proposed_range_is_the_right_way_up'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('outer_lower__isnull', True), ('lower__isnull', True), ('outer_lower__lte', models.F('lower')), _connector='OR'), name='a_proposed_outer_lower_bound_is_outside'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('outer_upper__isnull', True), ('upper__isnull', True), ('outer_upper__gte', models.F('upper')), _connector='OR'), name='a_proposed_outer_upper_bound_is_outside'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state__in', ['proposed', 'recorded'])), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('state__in', ['approved', 'refused', 'withdrawn'])), _connector='OR'), name='a_proposed_target_is_decided_by_somebody_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recorded_by', None), ('state', 'approved'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='a_target_is_not_approved_by_its_proposer'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_by', None), models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by', models.F('recorded_by')), _negated=True), _connector='OR'), name='a_minute_is_not_checked_by_who_recorded_it'),
        ),
        migrations.AddConstraint(
            model_name='targetproposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('met_on', None), ('minute', ''), ('recorded_by', None), models.Q(('state', 'recorded'), _negated=True)), models.Q(models.Q(('body', ''), _negated=True), models.Q(('minute', ''), _negated=True), ('met_on__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='a_minute_has_its_body_its_day_and_its_number'),
        ),
    ]
