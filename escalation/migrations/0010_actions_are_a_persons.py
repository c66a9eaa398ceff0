"""Who does an action of a plan is a person; of somebody outside the council there is a name alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0009_as_it_stands'),
        ('organisation', '0005_what_members_see'),
    ]

    operations = [
        migrations.AddField(
            model_name='action',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='action',
            name='owner',
            field=models.CharField(help_text='As it was written', max_length=200),
        ),
    ]
