"""The vocabulary of the record as values. Pure: no database."""
