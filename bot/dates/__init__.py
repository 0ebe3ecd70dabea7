"""Dates as people type them, in eight languages, and the EDTF dates that they mean."""
