"""No two dimensions have one name: whoever breaks figures down chooses by it."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):

    dependencies = [
        ("indicators", "0013_days_are_set_by_themselves"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="dimension",
            constraint=models.UniqueConstraint(Lower("name"), name="one_dimension_of_a_name"),
        ),
    ]
