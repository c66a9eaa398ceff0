"""The moment at which something is set or said is written by itself: no form asks for it."""

import core.clock
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0012_versions_of_definitions'),
    ]

    operations = [
        migrations.AlterField(
            model_name='awaited',
            name='said_at',
            field=models.DateTimeField(blank=True, default=core.clock.now, editable=False),
        ),
        migrations.AlterField(
            model_name='target',
            name='set_at',
            field=models.DateTimeField(blank=True, default=core.clock.now, editable=False),
        ),
    ]
