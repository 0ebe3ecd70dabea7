"""What every command stands on: the registry, a request's context, roles, limits, completion."""
