"""The record in PostgreSQL: connections, transactions, migrations, errors. Imported only when it is used."""
