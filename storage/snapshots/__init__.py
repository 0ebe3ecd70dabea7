"""Copies of sources as they were fetched: kept, compared, and struck out where words are taken down."""
