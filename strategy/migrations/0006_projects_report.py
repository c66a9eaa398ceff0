"""A project has a page: what it is for, what was reported of it, its re-baselining, what it depends on."""

import django.db.models.deletion
import strategy.rules.projects
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

REPORTS = Guard(
    table="strategy_projectreport",
    sentence="What was reported of a project is never changed or deleted: report something after it",
    never=(
        *("id", "project_id", "number", "as_at", "started_on", "forecast_finish", "finished_on"),
        *("confidence", "spent", "forecast_cost", "achieved", "next_steps"),
        *("said_at", "said_by_id"),
    ),
    unique=(Unique(("project_id", "number")),),
)
REBASELININGS = Guard(
    table="strategy_rebaselining",
    sentence="An approved re-baselining is never changed or deleted: approve another after it",
    never=(
        *("id", "project_id", "milestone_id", "number", "was", "becomes", "reason"),
        *("approved_by", "approved_on", "said_at", "said_by_id"),
    ),
    unique=(Unique(("project_id", "number")), Unique(("milestone_id", "number"))),
)


class Migration(migrations.Migration):

    dependencies = [
        ('strategy', '0005_savings_and_risks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dependency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('what', models.CharField(max_length=300)),
                ('needed_by', models.DateField(blank=True, null=True)),
                ('met_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'dependencies',
                'ordering': ['project', 'needed_by', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProjectReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('as_at', models.DateField()),
                ('started_on', models.DateField(blank=True, null=True)),
                ('forecast_finish', models.DateField(blank=True, null=True)),
                ('finished_on', models.DateField(blank=True, null=True)),
                ('confidence', models.CharField(choices=strategy.rules.projects.Confidence.choices, max_length=8)),
                ('spent', models.PositiveBigIntegerField(blank=True, null=True)),
                ('forecast_cost', models.PositiveBigIntegerField(blank=True, null=True)),
                ('achieved', models.TextField(blank=True)),
                ('next_steps', models.TextField(blank=True)),
                ('said_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['project', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Rebaselining',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('was', models.DateField()),
                ('becomes', models.DateField()),
                ('reason', models.CharField(max_length=500)),
                ('approved_by', models.CharField(help_text='The body or the office', max_length=200)),
                ('approved_on', models.DateField()),
                ('said_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['project', 'milestone', 'number'],
            },
        ),
        migrations.AddField(
            model_name='project',
            name='baseline_finish',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='baseline_start',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='benefits',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='project',
            name='budget',
            field=models.PositiveBigIntegerField(blank=True, help_text='Whole pounds', null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='kind',
            field=models.CharField(blank=True, choices=strategy.rules.projects.ProjectKind.choices, max_length=12),
        ),
        migrations.AddField(
            model_name='project',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects_led', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='project',
            name='objective',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='project',
            name='scope',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='project',
            name='sponsor',
            field=models.CharField(blank=True, help_text='By office', max_length=200),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('baseline_start__isnull', True), ('baseline_finish__isnull', True), ('baseline_finish__gte', models.F('baseline_start')), _connector='OR'), name='project_baseline_ends_after_it_starts'),
        ),
        migrations.AddField(
            model_name='dependency',
            name='on_project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='needed_by_others', to='strategy.project'),
        ),
        migrations.AddField(
            model_name='dependency',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dependencies', to='strategy.project'),
        ),
        migrations.AddField(
            model_name='projectreport',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='strategy.project'),
        ),
        migrations.AddField(
            model_name='projectreport',
            name='said_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rebaselining',
            name='milestone',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rebaselinings', to='strategy.milestone'),
        ),
        migrations.AddField(
            model_name='rebaselining',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rebaselinings', to='strategy.project'),
        ),
        migrations.AddField(
            model_name='rebaselining',
            name='said_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='dependency',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='dependency_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='dependency',
            constraint=models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='dependency_says_what_is_needed'),
        ),
        migrations.AddConstraint(
            model_name='dependency',
            constraint=models.CheckConstraint(condition=models.Q(('on_project__isnull', True), models.Q(('on_project', models.F('project')), _negated=True), _connector='OR'), name='project_does_not_depend_on_itself'),
        ),
        migrations.AddConstraint(
            model_name='dependency',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('project', 'what'), name='one_dependency_of_a_project_of_a_wording'),
        ),
        migrations.AddConstraint(
            model_name='projectreport',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='project_reports_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='projectreport',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__in', [strategy.rules.projects.Confidence['HIGH'], strategy.rules.projects.Confidence['MEDIUM'], strategy.rules.projects.Confidence['LOW']])), name='project_report_has_a_known_confidence'),
        ),
        migrations.AddConstraint(
            model_name='projectreport',
            constraint=models.CheckConstraint(condition=models.Q(('finished_on__isnull', True), ('started_on__isnull', True), ('finished_on__gte', models.F('started_on')), _connector='OR'), name='project_finishes_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='rebaselining',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='rebaselinings_of_a_project_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='rebaselining',
            constraint=models.UniqueConstraint(fields=('milestone', 'number'), name='rebaselinings_of_a_milestone_are_numbered'),
        ),
        migrations.AddConstraint(
            model_name='rebaselining',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('milestone__isnull', True), ('project__isnull', False)), models.Q(('milestone__isnull', False), ('project__isnull', True)), _connector='OR'), name='rebaselining_is_of_a_project_or_of_a_milestone'),
        ),
        migrations.AddConstraint(
            model_name='rebaselining',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('approved_by', ''), _negated=True), models.Q(('was', models.F('becomes')), _negated=True)), name='rebaselining_says_why_and_who_approved'),
        ),
        GuardTable(REPORTS),
        GuardTable(REBASELININGS),
    ]
