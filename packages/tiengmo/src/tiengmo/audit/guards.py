"""Triggers that make the database itself refuse to change, remove or misplace an audit row."""

from django.db.backends.base.base import BaseDatabaseWrapper

from .models import FIRST_PREVIOUS_HASH

# REPLACE removes a row without firing DELETE triggers in SQLite, hence the check on INSERT: a row
# may only be the next one, and only after the hash of the last.
_SQLITE = {
    "audit_entry_insert": f"""
        CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_auditentry
        BEGIN
            SELECT RAISE(ABORT, 'audit: a row may only be added at the end of the chain')
            WHERE NEW.sequence <> COALESCE((SELECT max(sequence) FROM audit_auditentry), 0) + 1
               OR NEW.previous_hash <> COALESCE(
                    (SELECT hash FROM audit_auditentry ORDER BY sequence DESC LIMIT 1),
                    '{FIRST_PREVIOUS_HASH}')
               OR EXISTS (SELECT 1 FROM audit_auditentry WHERE hash = NEW.hash);
        END""",  # noqa: S608 (a constant of this module)
    "audit_entry_update": """
        CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_auditentry
        BEGIN SELECT RAISE(ABORT, 'audit: rows are never changed'); END""",
    "audit_entry_delete": """
        CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_auditentry
        BEGIN SELECT RAISE(ABORT, 'audit: rows are never removed'); END""",
    "audit_head_update": """
        CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_chainhead
        WHEN NEW.id <> OLD.id OR NEW.sequence <> OLD.sequence + 1
        BEGIN SELECT RAISE(ABORT, 'audit: the head only moves forward'); END""",
    "audit_head_delete": """
        CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_chainhead
        BEGIN SELECT RAISE(ABORT, 'audit: the head is never removed'); END""",
}

_POSTGRESQL_FUNCTIONS = f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit: rows are never changed or removed'; END $$;
    CREATE OR REPLACE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE last record;
    BEGIN
        SELECT sequence, hash INTO last FROM audit_auditentry ORDER BY sequence DESC LIMIT 1;
        IF NEW.sequence <> COALESCE(last.sequence, 0) + 1
           OR NEW.previous_hash <> COALESCE(last.hash, '{FIRST_PREVIOUS_HASH}') THEN
            RAISE EXCEPTION 'audit: a row may only be added at the end of the chain';
        END IF;
        RETURN NEW;
    END $$;
    CREATE OR REPLACE FUNCTION audit_advance() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.id <> OLD.id OR NEW.sequence <> OLD.sequence + 1 THEN
            RAISE EXCEPTION 'audit: the head only moves forward';
        END IF;
        RETURN NEW;
    END $$;
"""  # noqa: S608 (a constant of this module)
_POSTGRESQL = {
    "audit_entry_insert": """
        CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_follow()""",
    "audit_entry_update": """
        CREATE TRIGGER audit_entry_update BEFORE UPDATE OR DELETE ON audit_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    "audit_entry_truncate": """
        CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_auditentry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    "audit_head_update": """
        CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_chainhead
        FOR EACH ROW EXECUTE FUNCTION audit_advance()""",
    "audit_head_delete": """
        CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_chainhead
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    "audit_head_truncate": """
        CREATE TRIGGER audit_head_truncate BEFORE TRUNCATE ON audit_chainhead
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
}


def _table_of(trigger: str) -> str:
    return "audit_chainhead" if "_head_" in trigger else "audit_auditentry"


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that the database should have and has not (or that were switched off)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = _POSTGRESQL
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'audit_%%' AND tgenabled <> 'D'"
                " AND tgrelid IN ('audit_auditentry'::regclass, 'audit_chainhead'::regclass)"
            )
        else:
            wanted = _SQLITE
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        found = {name for (name,) in cursor.fetchall()}
    return sorted(set(wanted) - found)


def install(connection: BaseDatabaseWrapper) -> None:
    """Add every guard that is missing."""
    wanted = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    names = missing(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTIONS)
        for name in names:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_table_of(name)}")
            cursor.execute(wanted[name])


def lift(connection: BaseDatabaseWrapper) -> None:
    """Remove every guard: for undoing the migration, and for tests that tamper."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in _POSTGRESQL:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_table_of(name)}")
        else:
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
