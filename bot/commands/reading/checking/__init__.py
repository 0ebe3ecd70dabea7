"""/check: what somebody else wrote, claim by claim."""
