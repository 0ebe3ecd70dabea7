"""The public face of the record: pages, data, feeds and pictures, read-only."""
