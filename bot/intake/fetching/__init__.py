"""Fetching pages that strangers name, without reaching what is not public, and within bounds."""
