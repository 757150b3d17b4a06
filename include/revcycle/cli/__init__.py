"""The shell: one module a command group; each parses, calls one verb and prints."""
