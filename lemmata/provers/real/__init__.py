"""Inequalities between real numbers: certificates that exact arithmetic alone verifies."""
