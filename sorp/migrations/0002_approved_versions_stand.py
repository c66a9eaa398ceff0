"""A version that was approved keeps every word and every rule: the database itself refuses.

Its state may still move on (approved, in force, superseded), and an approval may be withdrawn, which
makes it a draft again. SQLite drops a table's triggers when it remakes the table, and will not rename
a table that the triggers of another look at: a later migration that alters one of these tables begins
with `StatementsByDatabase(UNDONE, DONE)`, and ends with `StatementsByDatabase(DONE, UNDONE)`. Its own
SQL, and not a `Guard`: rows are added no more than they are changed, and which stand hangs on another
table.
"""

from django.db import migrations

from core.sql_guards import StatementsByDatabase

BOUND = "('approved', 'in_force', 'superseded')"
SAID = "A version of the SORP that was approved does not change: draft another"
# Rows of a version: by the column that names it, or by that of the row they belong to.
ROWS = [
    "sorp_clause",
    "sorp_ragdefinition",
    "sorp_term",
    "sorp_riskappetite",
    "sorp_triggerrule",
    "sorp_ladderrule",
    "sorp_calendarrule",
    "sorp_reminderrule",
    "sorp_authorship",
    "sorp_comment",
]
ROWS_OF_ROWS = [
    ("sorp_triggertier", "trigger_id", "sorp_triggerrule"),
    ("sorp_riskappetite_triggers", "riskappetite_id", "sorp_riskappetite"),
]
# What a version says of itself, besides its state and its approval.
KEPT = [
    "id",
    "statement_id",
    "number",
    "from_quarter",
    "summary",
    "drafted_from_id",
    "drafted_by_id",
    "drafted_at",
    "edition",
    "consulted_from",
    "consulted_until",
    "travel_method",
    "exit_quarters",
    "relapse_within",
    "relapse_shortens_by",
    "plan_within",
    "action_on_amber",
]
APPROVAL = ["approved_by_id", "approved_on", "approval_note"]


def differs(columns, unequal):
    return " OR ".join(f"OLD.{column} {unequal} NEW.{column}" for column in columns)


def forbidden_move(unequal):
    """What a bound version may not do to itself."""
    return f"""(OLD.state IN {BOUND} AND (
      {differs(KEPT, unequal)}
      OR (NEW.state <> 'draft' AND ({differs(APPROVAL, unequal)}))
      OR NOT (OLD.state = NEW.state
              OR (OLD.state = 'approved' AND NEW.state IN ('in_force', 'superseded', 'draft'))
              OR (OLD.state = 'in_force' AND NEW.state = 'superseded'))))"""


# SQLite: one trigger for each act on each table. OR REPLACE takes away whatever row is in the way of
# the new one and asks no trigger for deletes: so what would be in the way is looked for first.
IN_THE_WAY = f"""EXISTS (SELECT 1 FROM sorp_version AS other WHERE other.state IN {BOUND} AND (
      other.id = NEW.id OR (other.statement_id = NEW.statement_id AND (
        other.number = NEW.number
        OR other.from_quarter = NEW.from_quarter
        OR (other.state = 'in_force' AND NEW.state = 'in_force')))))"""
ACTS = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}


def sqlite_names():
    for table in [*ROWS, *(each[0] for each in ROWS_OF_ROWS)]:
        for act in ACTS:
            yield f"{table}_{act}_of_bound"
    for act in ACTS:
        yield f"sorp_version_{act}_of_bound"


def is_bound(version):
    return f"EXISTS (SELECT 1 FROM sorp_version WHERE id = {version} AND state IN {BOUND})"


def sqlite_statements():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    looked_up = [(table, "{row}.version_id") for table in ROWS] + [
        (table, f"(SELECT version_id FROM {parent} WHERE id = {{row}}.{column})")
        for table, column, parent in ROWS_OF_ROWS
    ]
    for table, version in looked_up:
        for act, rows in ACTS.items():
            asked = " OR ".join(is_bound(version.format(row=row)) for row in rows)
            if act != "delete":  # the row that OR REPLACE would take away
                replaced = is_bound(version.format(row="was"))
                asked += f" OR EXISTS (SELECT 1 FROM {table} AS was WHERE was.id = NEW.id AND {replaced})"
            yield f"CREATE TRIGGER {table}_{act}_of_bound BEFORE {act} ON {table} WHEN {asked} {refuse}"
    yield (
        "CREATE TRIGGER sorp_version_insert_of_bound BEFORE INSERT ON sorp_version"
        f" WHEN {IN_THE_WAY} {refuse}"
    )
    others = IN_THE_WAY.replace("WHERE ", "WHERE other.id <> OLD.id AND ", 1)
    yield (
        "CREATE TRIGGER sorp_version_update_of_bound BEFORE UPDATE ON sorp_version"
        f" WHEN {forbidden_move('IS NOT')} OR {others} {refuse}"
    )
    yield (
        "CREATE TRIGGER sorp_version_delete_of_bound BEFORE DELETE ON sorp_version"
        f" WHEN OLD.state IN {BOUND} {refuse}"
    )


# PostgreSQL: the version's row is held while one of its rows is written, so that it is not approved
# between the look and the writing.
REFUSAL = f"RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation';"
FUNCTIONS = f"""
CREATE FUNCTION sorp_refuse_bound(version bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE standing text; BEGIN
  SELECT state INTO standing FROM sorp_version WHERE id = version FOR SHARE;
  IF standing IN {BOUND} THEN {REFUSAL} END IF;
END $$;
CREATE FUNCTION sorp_rows_stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM sorp_refuse_bound(OLD.version_id); END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  PERFORM sorp_refuse_bound(NEW.version_id);
  RETURN NEW;
END $$;
CREATE FUNCTION sorp_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state IN {BOUND} THEN {REFUSAL} END IF;
    RETURN OLD;
  END IF;
  IF {forbidden_move("IS DISTINCT FROM")} THEN {REFUSAL} END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sorp_version_stands BEFORE UPDATE OR DELETE ON sorp_version
FOR EACH ROW EXECUTE FUNCTION sorp_version_stands();
"""


def of_row(table, column, parent):
    look = (
        f"PERFORM sorp_refuse_bound((SELECT version_id FROM {parent} WHERE id = {{row}}.{column}));"
    )
    return f"""CREATE FUNCTION {table}_stand() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP <> 'INSERT' THEN {look.format(row="OLD")} END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      {look.format(row="NEW")}
      RETURN NEW;
    END $$"""


def postgresql_statements():
    yield FUNCTIONS
    functions = dict.fromkeys(ROWS, "sorp_rows_stand")
    for table, column, parent in ROWS_OF_ROWS:
        yield of_row(table, column, parent)
        functions[table] = f"{table}_stand"
    for table, function in functions.items():
        yield (
            f"CREATE TRIGGER {table}_stands BEFORE INSERT OR UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def postgresql_undone():
    for table in [*ROWS, *(each[0] for each in ROWS_OF_ROWS)]:
        yield f"DROP TRIGGER {table}_stands ON {table}"
    yield "DROP TRIGGER sorp_version_stands ON sorp_version"
    for table, _, _ in ROWS_OF_ROWS:
        yield f"DROP FUNCTION {table}_stand()"
    yield "DROP FUNCTION sorp_version_stands()"
    yield "DROP FUNCTION sorp_rows_stand()"
    yield "DROP FUNCTION sorp_refuse_bound(bigint)"


DONE = {"sqlite": list(sqlite_statements()), "postgresql": list(postgresql_statements())}
UNDONE = {
    "sqlite": [f"DROP TRIGGER {name}" for name in sqlite_names()],
    "postgresql": list(postgresql_undone()),
}


class Migration(migrations.Migration):
    dependencies = [("sorp", "0001_first_tables")]
    operations = [StatementsByDatabase(DONE, UNDONE)]
