"""`python -m revcycle.cli`: what the launcher starts."""

import sys

from revcycle.cli.main import main

sys.exit(main(sys.argv[1:]))
