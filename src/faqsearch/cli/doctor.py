"""`faqsearch doctor`: is an index well, and does every leg find what it should?"""

from __future__ import annotations

import sys

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption


def doctor(
    *, index: IndexOption = None, json: JsonOption = False, color: ColorOption = "auto", debug: DebugOption = False
) -> int:
    """Ask every leg stored questions, and look for damage and stale sources.

    A leg must find a document by its own question. Exits with 4 when a leg is dead or a file damaged.
    """
    from faqsearch.doctor import examine

    diagnosis = examine(index_address(index))
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(diagnosis.to_json(), indent=2))
    else:
        from faqsearch.cli.diagnosis import diagnosis_lines
        from faqsearch.cli.render import Look

        print(*diagnosis_lines(diagnosis, Look.of(sys.stdout, color)), sep="\n")
    return 0 if diagnosis.well else 4
