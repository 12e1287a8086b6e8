"""`python -m faqsearch`, and the `faqsearch` command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from faqsearch.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are still being loaded
        code = 130
    gc.disable()  # looking for garbage in a process that ends takes 5 % of a search
    sys.exit(code)


if __name__ == "__main__":
    main()
