"""Connections that tasks use."""
