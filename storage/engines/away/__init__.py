"""A record that was moved away: how what is left of it is marked and locked, and made a record again."""
