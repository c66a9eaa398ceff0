"""A milestone, a project, a saving, a risk or a service may be called in as an indicator is."""

import assurance.rules
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, UnguardTable, Unique

MATTERS = ("indicator_id", "unit_id", "milestone_id", "project_id", "saving_id", "risk_id")
# Its condition looks at meetings: SQLite remakes no table that a trigger of another names.
CALL_INS = Guard(
    table="assurance_callin",
    sentence="A call-in keeps its meeting and what it is about, and stands once the meeting was held",
    never=("id", "meeting_id", *MATTERS, "came_from_id"),
    free=(
        *("verdict", "eligibility", "why", "reason", "called_in_by_id", "at"),
        "answerer_id",
    ),
    closed="(SELECT state FROM assurance_meeting WHERE id = {row}.meeting_id{held}) = 'held'",
    unique=(
        *(Unique(("meeting_id", each)) for each in MATTERS),
        Unique(("came_from_id",)),
    ),
)


class Migration(migrations.Migration):

    dependencies = [
        ('assurance', '0011_sent_and_issued'),
        ('indicators', '0026_hours_that_officers_note'),
        ('organisation', '0006_leader_and_performance'),
        ('strategy', '0006_projects_report'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        UnguardTable(CALL_INS),
        migrations.RemoveConstraint(
            model_name='callin',
            name='call_in_has_a_known_eligibility',
        ),
        migrations.AddField(
            model_name='callin',
            name='answerer',
            field=models.ForeignKey(blank=True, help_text='Who answered for it when it was called in; none for an indicator, which says so itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='callin',
            name='milestone',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='strategy.milestone'),
        ),
        migrations.AddField(
            model_name='callin',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='strategy.project'),
        ),
        migrations.AddField(
            model_name='callin',
            name='risk',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='strategy.risk'),
        ),
        migrations.AddField(
            model_name='callin',
            name='saving',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='strategy.saving'),
        ),
        migrations.AddField(
            model_name='callin',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='organisation.unit'),
        ),
        migrations.AlterField(
            model_name='callin',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='call_ins', to='indicators.indicator'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('meeting', 'unit'), name='one_call_in_of_a_unit_to_a_meeting'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('meeting', 'milestone'), name='one_call_in_of_a_milestone_to_a_meeting'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('meeting', 'project'), name='one_call_in_of_a_project_to_a_meeting'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('meeting', 'saving'), name='one_call_in_of_a_saving_to_a_meeting'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.UniqueConstraint(fields=('meeting', 'risk'), name='one_call_in_of_a_risk_to_a_meeting'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('indicator__isnull', False), ('milestone__isnull', True), ('project__isnull', True), ('risk__isnull', True), ('saving__isnull', True), ('unit__isnull', True)), models.Q(('indicator__isnull', True), ('milestone__isnull', True), ('project__isnull', True), ('risk__isnull', True), ('saving__isnull', True), ('unit__isnull', False)), models.Q(('indicator__isnull', True), ('milestone__isnull', False), ('project__isnull', True), ('risk__isnull', True), ('saving__isnull', True), ('unit__isnull', True)), models.Q(('indicator__isnull', True), ('milestone__isnull', True), ('project__isnull', False), ('risk__isnull', True), ('saving__isnull', True), ('unit__isnull', True)), models.Q(('indicator__isnull', True), ('milestone__isnull', True), ('project__isnull', True), ('risk__isnull', True), ('saving__isnull', False), ('unit__isnull', True)), models.Q(('indicator__isnull', True), ('milestone__isnull', True), ('project__isnull', True), ('risk__isnull', False), ('saving__isnull', True), ('unit__isnull', True)), _connector='OR'), name='call_in_is_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.CheckConstraint(condition=models.Q(('indicator__isnull', False), ('answerer__isnull', False), _connector='OR'), name='call_in_has_somebody_who_answers'),
        ),
        migrations.AddConstraint(
            model_name='callin',
            constraint=models.CheckConstraint(condition=models.Q(('eligibility__in', [assurance.rules.Eligibility['ESCALATED'], assurance.rules.Eligibility['RED_NOW'], assurance.rules.Eligibility['AMBER_AGAIN'], assurance.rules.Eligibility['SILENT'], assurance.rules.Eligibility['LATE'], assurance.rules.Eligibility['LOW_CONFIDENCE'], assurance.rules.Eligibility['SHORT'], assurance.rules.Eligibility['HIGH_RISK'], assurance.rules.Eligibility['WELL_DONE'], assurance.rules.Eligibility['ASKED_FOR'], assurance.rules.Eligibility['STATED_REASON']])), name='call_in_has_a_known_eligibility'),
        ),
        GuardTable(CALL_INS),
    ]
