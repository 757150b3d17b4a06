"""Revcycle: the revenue cycle of a US medical practice, from coded encounter to posted money."""
