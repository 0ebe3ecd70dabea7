"""What every command builds on: the registry, a request's context, roles, limits, completion."""
