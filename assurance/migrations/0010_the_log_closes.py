"""The log of a meeting takes entries for some working days; after that a correction stands beside an entry."""

import assurance.rules
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.clock import day_of
from core.sql_guards import Guard, GuardTable, UnguardTable, Unique
from core.working_days import working_day_after


# CallIn's condition looks at meetings: SQLite remakes no table that a trigger of another names.
GUARDS = [
    Guard(
        table="assurance_callin",
        sentence="A call-in keeps its meeting and indicator, and stands once the meeting was held",
        never=("id", "meeting_id", "indicator_id", "came_from_id"),
        free=("verdict", "eligibility", "why", "reason", "called_in_by_id", "at"),
        closed="(SELECT state FROM assurance_meeting WHERE id = {row}.meeting_id{held}) = 'held'",
        unique=(Unique(("meeting_id", "indicator_id")), Unique(("came_from_id",))),
    ),
    Guard(
        table="assurance_challenge",
        sentence="A challenge on record is never changed or deleted",
        never=(
            *("id", "call_in_id", "text", "answer", "raised_by_id", "recorded_at"),
            *("recorded_on", "log_closes_on"),
        ),
    ),
    Guard(
        table="assurance_decision",
        sentence="A decision on record is never changed or deleted",
        never=(
            *("id", "call_in_id", "kind", "returns_on", "text", "agreed_plan_id", "recorded_at"),
            *("recorded_on", "log_closes_on"),
        ),
    ),
    # How far it has come is told, and told again, long after the meeting.
    Guard(
        table="assurance_agreedaction",
        sentence="What was agreed is never changed or deleted: only how far it has come",
        never=(
            *("id", "call_in_id", "what", "owner", "person_id", "due_on"),
            *("recorded_on", "log_closes_on"),
        ),
        free=(
            *("done_on", "progress", "evidence"),
            *("judged", "judged_words", "judged_by_id", "judged_on"),
        ),
    ),
]
CORRECTION = Guard(
    table="assurance_logcorrection",
    sentence="A correction of a log is never changed or deleted: write another",
    never=(
        *("id", "call_in_id", "challenge_id", "decision_id", "agreed_action_id"),
        *("text", "corrected_by_id", "corrected_on"),
    ),
)


def days_of_entries(apps, schema_editor):
    """Entries of before: each on the day that is known of it, and its log open until then at least."""
    for name in ("Challenge", "Decision", "AgreedAction"):
        model = apps.get_model("assurance", name)
        for row in model.objects.select_related("call_in__meeting"):
            meets_on = row.call_in.meeting.meets_on
            at = getattr(row, "recorded_at", None)
            day = day_of(at) if at else meets_on
            model.objects.filter(pk=row.pk).update(
                recorded_on=day, log_closes_on=max(day, working_day_after(meets_on, 5))
            )


class Migration(migrations.Migration):

    dependencies = [
        ('assurance', '0009_attendance_and_invitations'),
        ('escalation', '0011_words_of_referring_up'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        *(UnguardTable(each) for each in GUARDS),
        migrations.CreateModel(
            name='LogCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('corrected_on', models.DateField()),
            ],
            options={
                'ordering': ['call_in', 'id'],
            },
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='evidence',
            field=models.CharField(blank=True, max_length=1000, verbose_name='what shows that it is done'),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='judged',
            field=models.CharField(blank=True, choices=assurance.rules.Judged.choices, default='', max_length=12),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='judged_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='judged_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='judged_words',
            field=models.CharField(blank=True, default='', max_length=500),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='log_closes_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='recorded_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='callin',
            name='came_from',
            field=models.OneToOneField(blank=True, help_text='What was left for this meeting by an earlier one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='went_to', to='assurance.callin'),
        ),
        migrations.AddField(
            model_name='challenge',
            name='log_closes_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='challenge',
            name='recorded_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='kind',
            field=models.CharField(blank=True, choices=assurance.rules.Outcome.choices, default='', max_length=12),
        ),
        migrations.AddField(
            model_name='decision',
            name='log_closes_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='recorded_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='returns_on',
            field=models.DateField(blank=True, null=True, verbose_name='comes back on'),
        ),
        migrations.AlterField(
            model_name='challenge',
            name='raised_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(days_of_entries, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='agreedaction',
            name='log_closes_on',
            field=models.DateField(editable=False),
        ),
        migrations.AlterField(
            model_name='agreedaction',
            name='recorded_on',
            field=models.DateField(editable=False),
        ),
        migrations.AlterField(
            model_name='challenge',
            name='log_closes_on',
            field=models.DateField(editable=False),
        ),
        migrations.AlterField(
            model_name='challenge',
            name='recorded_on',
            field=models.DateField(editable=False),
        ),
        migrations.AlterField(
            model_name='decision',
            name='log_closes_on',
            field=models.DateField(editable=False),
        ),
        migrations.AlterField(
            model_name='decision',
            name='recorded_on',
            field=models.DateField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='agreedaction',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_on__lte', models.F('log_closes_on'))), name='agreed_action_is_recorded_while_the_log_is_open'),
        ),
        migrations.AddConstraint(
            model_name='agreedaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judged', ''), ('judged_by__isnull', True), ('judged_on__isnull', True)), models.Q(('done_on__isnull', False), ('judged', 'accepted'), ('judged_by__isnull', False), ('judged_on__isnull', False)), models.Q(('judged', 'not_enough'), ('judged_by__isnull', False), ('judged_on__isnull', False), models.Q(('judged_words', ''), _negated=True)), _connector='OR'), name='an_action_is_judged_by_somebody_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='challenge',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_on__lte', models.F('log_closes_on'))), name='challenge_is_recorded_while_the_log_is_open'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['', assurance.rules.Outcome['ACCEPT_PLAN'], assurance.rules.Outcome['STRENGTHEN_PLAN'], assurance.rules.Outcome['REFER_UP'], assurance.rules.Outcome['RETURN_ON'], assurance.rules.Outcome['NO_ACTION'], assurance.rules.Outcome['DEFERRED'], assurance.rules.Outcome['NOT_REACHED']])), name='decision_is_of_a_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'return_on'), ('returns_on__isnull', False)), models.Q(models.Q(('kind', 'return_on'), _negated=True), ('returns_on__isnull', True)), _connector='OR'), name='what_comes_back_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_on__lte', models.F('log_closes_on'))), name='decision_is_recorded_while_the_log_is_open'),
        ),
        migrations.AddField(
            model_name='logcorrection',
            name='agreed_action',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='assurance.agreedaction'),
        ),
        migrations.AddField(
            model_name='logcorrection',
            name='call_in',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='assurance.callin'),
        ),
        migrations.AddField(
            model_name='logcorrection',
            name='challenge',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='assurance.challenge'),
        ),
        migrations.AddField(
            model_name='logcorrection',
            name='corrected_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='logcorrection',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='assurance.decision'),
        ),
        migrations.AddConstraint(
            model_name='logcorrection',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='correction_says_what_is_right'),
        ),
        migrations.AddConstraint(
            model_name='logcorrection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_action__isnull', True), ('decision__isnull', True)), models.Q(('agreed_action__isnull', True), ('challenge__isnull', True)), models.Q(('challenge__isnull', True), ('decision__isnull', True)), _connector='OR'), name='correction_is_of_one_entry_at_most'),
        ),
        *(GuardTable(each) for each in (*GUARDS, CORRECTION)),
    ]
