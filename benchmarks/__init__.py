"""Timings side by side and the soak; see docs/performance.md."""
