"""Who does what was agreed at a meeting is a person; of somebody outside the council there is a name alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable

AGREED_ACTION = Guard(
    table="assurance_agreedaction",
    sentence="What was agreed is never changed or deleted: only how far it has come",
    never=("id", "call_in_id", "what", "owner", "person_id", "due_on"),
    free=("done_on", "progress"),
)


class Migration(migrations.Migration):

    dependencies = [
        ('assurance', '0004_more_posts_may_chair'),
        ('organisation', '0005_what_members_see'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreedaction',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='agreedaction',
            name='owner',
            field=models.CharField(help_text='As it was agreed', max_length=200),
        ),
        GuardTable(AGREED_ACTION),
    ]
