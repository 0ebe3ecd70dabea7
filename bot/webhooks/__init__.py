"""Webhooks: the changes of public stories, sent signed to the ends that owners have named."""
