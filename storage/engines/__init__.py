"""The database under the record: connection, transactions, migrations, errors."""
