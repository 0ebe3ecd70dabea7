"""Notices, who hears of them, their deliveries, and receipts of what was said."""
