"""`python -m cosmos_compare` is `cosmos-compare`."""

import sys

from cosmos_compare.cli import main

sys.exit(main())
