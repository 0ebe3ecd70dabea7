"""The front ends: each shows the same `Reply` for the same `Request` on one platform."""
