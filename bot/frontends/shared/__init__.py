"""What several front ends share: rates, locks, packing, shutting down, delivering."""
