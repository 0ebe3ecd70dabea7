"""What can be told to be wrong with a record in PostgreSQL, whose server sees to its files itself."""

from __future__ import annotations

from storage.engines.postgres.connection import Plain

# An index that was not finished, or a rule that rows may break.
_UNSOUND = """
SELECT 'the index ' || i.indexrelid::regclass || ' is not finished: REINDEX it' FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND NOT (i.indisvalid AND i.indisready)
UNION ALL
SELECT 'the constraint ' || conname || ' of ' || conrelid::regclass || ' does not hold: VALIDATE it'
FROM pg_constraint WHERE connamespace = quote_ident(current_schema())::regnamespace AND NOT convalidated
UNION ALL
SELECT 'the trigger ' || t.tgname || ' of ' || t.tgrelid::regclass || ' is switched off: ENABLE it'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
    AND NOT t.tgisinternal AND t.tgenabled = 'D'
ORDER BY 1
"""


def problems(plain: Plain) -> list[str]:
    """Return what is wrong with a schema; nothing if it is sound."""
    return [str(row[0]) for row in plain.execute(_UNSOUND)]
