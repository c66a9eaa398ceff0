"""The tables and their foreign keys as one Mermaid diagram: `python -m tests.kcc_perf.data_diagram`."""

import os
import sys

ORDER = (
    *("core", "organisation", "sorp", "indicators", "strategy"),
    *("escalation", "assurance", "reports"),
)


def diagram() -> str:
    """A flow chart with a box for each app and an arrow for each foreign key but those to people."""
    from django.apps import apps
    from django.contrib.auth import get_user_model

    lines = ["```mermaid", "flowchart LR"]
    arrows = []
    for app in ORDER:
        lines.append(f"  subgraph {app}")
        for model in sorted(apps.get_app_config(app).get_models(), key=lambda each: each.__name__):
            lines.append(f"    {app}.{model.__name__}[{model.__name__}]")
            fields = [*model._meta.fields, *model._meta.many_to_many]
            for field in (each for each in fields if each.is_relation):
                to = field.related_model
                if to is not get_user_model() and to._meta.app_label in ORDER:
                    arrows.append(
                        f"  {app}.{model.__name__} --> {to._meta.app_label}.{to.__name__}"
                    )
        lines.append("  end")
    return "\n".join([*lines, *sorted(set(arrows)), "```"])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    sys.stdout.write(diagram() + "\n")
