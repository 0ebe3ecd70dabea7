"""Forms, and the dialogue that fills them in; nothing here is specific to one command."""
