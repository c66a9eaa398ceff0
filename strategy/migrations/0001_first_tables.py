import django.db.models.deletion
import strategy.rules
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('indicators', '0001_first_tables'),
        ('organisation', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Aim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('position',), name='aims_stand_in_order'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='aim_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
                ('aims', models.ManyToManyField(related_name='themes', to='strategy.aim')),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('position',), name='themes_stand_in_order'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='theme_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Priority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('number', models.PositiveSmallIntegerField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
                ('sponsor', models.CharField(blank=True, help_text='Who speaks for it, by office', max_length=200)),
                ('themes', models.ManyToManyField(related_name='priorities', to='strategy.theme')),
            ],
            options={
                'verbose_name_plural': 'priorities',
                'ordering': ['number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='priority_has_a_name'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='priorities_count_from_one')],
            },
        ),
        migrations.CreateModel(
            name='SuccessFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='success_factors', to='strategy.priority')),
                ('position', models.PositiveSmallIntegerField()),
                ('by_year', models.PositiveSmallIntegerField(help_text='The calendar year in which that financial year begins')),
                ('wording', models.TextField()),
            ],
            options={
                'ordering': ['priority', 'position'],
                'constraints': [models.UniqueConstraint(fields=('priority', 'position'), name='success_factors_stand_in_order'), models.CheckConstraint(condition=models.Q(('wording', ''), _negated=True), name='success_factor_is_worded'), models.CheckConstraint(condition=models.Q(('by_year__gte', 1974), ('by_year__lte', 2200)), name='success_factor_is_due_in_a_financial_year')],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
                ('sponsor', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='programme_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='strategy.programme')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['programme', 'name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='project_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('priority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='strategy.priority')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='strategy.project')),
                ('title', models.CharField(max_length=300)),
                ('due_on', models.DateField()),
                ('forecast_on', models.DateField(blank=True, null=True)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('progress', models.CharField(blank=True, max_length=500)),
                ('accountable_manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='milestone_has_a_title'), models.CheckConstraint(condition=models.Q(models.Q(('priority__isnull', False), ('project__isnull', True)), models.Q(('priority__isnull', True), ('project__isnull', False)), _connector='OR'), name='milestone_is_of_a_priority_or_of_a_project'), models.UniqueConstraint(fields=('priority', 'title', 'due_on'), name='one_milestone_of_a_title_and_day')],
            },
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='strategy.priority')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=strategy.rules.MeasureKind.choices, max_length=12)),
                ('indicator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='measures', to='indicators.indicator')),
                ('wording', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['priority', 'position'],
                'constraints': [models.UniqueConstraint(fields=('priority', 'position'), name='measures_stand_in_order'), models.UniqueConstraint(condition=models.Q(('indicator__isnull', False)), fields=('priority', 'indicator'), name='an_indicator_measures_a_priority_once'), models.CheckConstraint(condition=models.Q(models.Q(('indicator__isnull', False), ('kind', 'indicator')), models.Q(('indicator__isnull', True), ('kind__in', ['evidence', 'evaluation']), models.Q(('wording', ''), _negated=True)), _connector='OR'), name='measure_is_an_indicator_or_says_what_it_is')],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='strategy.priority')),
                ('gathered_on', models.DateField()),
                ('title', models.CharField(max_length=200)),
                ('finding', models.TextField()),
                ('source', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name_plural': 'evidence',
                'ordering': ['-gathered_on', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('finding', ''), _negated=True)), name='evidence_says_what_was_found')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('priority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='strategy.priority')),
                ('judged_on', models.DateField()),
                ('judgement', models.CharField(choices=strategy.rules.Judgement.choices, max_length=20)),
                ('finding', models.TextField()),
                ('judged_by', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['-judged_on', '-id'],
                'constraints': [models.UniqueConstraint(fields=('priority', 'judged_on'), name='one_evaluation_a_day'), models.CheckConstraint(condition=models.Q(('judgement__in', [strategy.rules.Judgement['EFFECTIVE'], strategy.rules.Judgement['PARTLY_EFFECTIVE'], strategy.rules.Judgement['NOT_EFFECTIVE'], strategy.rules.Judgement['TOO_EARLY']])), name='evaluation_has_a_known_judgement'), models.CheckConstraint(condition=models.Q(models.Q(('finding', ''), _negated=True), models.Q(('judged_by', ''), _negated=True)), name='evaluation_says_what_and_who')],
            },
        ),
    ]
