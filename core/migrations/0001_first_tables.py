import core.clock
import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=core.clock.now, editable=False)),
                ('actor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('actor_name', models.CharField(max_length=200)),
                ('act', models.CharField(max_length=80)),
                ('subject_kind', models.CharField(max_length=80)),
                ('subject_key', models.CharField(max_length=80)),
                ('subject_name', models.CharField(max_length=300)),
                ('detail', models.JSONField(default=dict)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_key'], name='core_audite_subject_513aa9_idx')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=80)),
                ('arguments', models.JSONField(default=dict)),
                ('key', models.CharField(help_text='Two unfinished jobs never share one.', max_length=200)),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='pending', max_length=8)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('message', models.CharField(blank=True, max_length=500)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to=settings.AUTH_USER_MODEL)),
                ('requested_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('started_at', models.DateTimeField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['pending', 'running'])), fields=('key',), name='one_unfinished_job_of_a_key'), models.CheckConstraint(condition=models.Q(('total', 0), ('done__lte', models.F('total')), _connector='OR'), name='job_has_not_done_more_than_all'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'running', 'done', 'failed'])), name='job_is_in_a_known_state')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(choices=[('news', 'News'), ('reminder', 'Reminder'), ('overdue', 'Overdue')], default='news', max_length=12)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('address', models.CharField(blank=True, help_text='Where to go about it, such as /returns/2011-Q1/', max_length=200)),
                ('owed_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('kept_at', models.DateTimeField(blank=True, help_text='When it was kept for the page, and not sent by e-mail', null=True)),
            ],
            options={
                'ordering': ['owed_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='notice_says_something'), models.CheckConstraint(condition=models.Q(('kind__in', ['news', 'reminder', 'overdue'])), name='notice_is_of_a_known_kind'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('kept_at__isnull', True), _connector='OR'), name='notice_is_sent_or_kept'), models.CheckConstraint(condition=models.Q(('address', ''), ('address__startswith', '/'), _connector='OR'), name='notice_leads_to_a_page_of_ours')],
            },
        ),
        migrations.CreateModel(
            name='NoticePreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice_preference', to=settings.AUTH_USER_MODEL)),
                ('how', models.CharField(choices=[('each', 'An e-mail for each'), ('daily', 'One e-mail a day'), ('overdue', 'Only what is overdue')], default='each', max_length=8)),
                ('digest_on', models.DateField(blank=True, help_text='The day of the latest of the daily e-mails', null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('how__in', ['each', 'daily', 'overdue'])), name='preference_is_a_known_one')],
            },
        ),
        migrations.CreateModel(
            name='ReportingQuarter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', core.fields.QuarterField(unique=True)),
                ('state', models.CharField(choices=[('open', 'Open for results'), ('closed', 'Closed')], default='open', max_length=8)),
                ('opened_at', models.DateTimeField(default=core.clock.now, editable=False)),
                ('begun_at', models.DateTimeField(blank=True, help_text='When its returns were asked for, with due dates', null=True)),
                ('cabinet_meets_on', models.DateField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['quarter'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='a_closed_quarter_says_when')],
            },
        ),
    ]
