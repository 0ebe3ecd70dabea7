"""Webhooks: where the changes of a public story are sent to, and the secrets that sign them."""
