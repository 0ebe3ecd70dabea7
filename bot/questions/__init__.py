"""From a question to the facts that bear on it."""
