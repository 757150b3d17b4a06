"""The rule families, one a module; each module defines RULE."""
