"""`python -m bench`: what `aid595 bench` runs."""

from __future__ import annotations

import sys

from bench.main import main

sys.exit(main())
