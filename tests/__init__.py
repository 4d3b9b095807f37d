"""Tests of conduct: one file per module."""
