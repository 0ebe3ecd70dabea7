"""The numbered SQL of each schema, and beside some of it what it does to rows that SQL alone cannot do."""
