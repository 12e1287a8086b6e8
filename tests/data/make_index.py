"""Write the small index that is kept of the present format version, from the corpus of tests/conftest.py.

    python tests/data/make_index.py

One folder for each format version, opened by tests/index/test_format_versions.py for ever. Until a version is released
its files may still change, and this command writes them anew; afterwards they stay as they are, and a change of what
files mean raises FORMAT_VERSION in src/faqsearch/index/manifest.py.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))

from conftest import FAQ, MANUAL  # noqa: E402
from faqsearch.build import build_index  # noqa: E402
from faqsearch.index.manifest import FORMAT_VERSION  # noqa: E402


def main() -> None:
    """Build the index in the place of the one that is there."""
    into = DATA / f"index-v{FORMAT_VERSION}"
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        corpus = Path("corpus")  # so that documents say the same place each time
        (corpus / "manual").mkdir(parents=True)
        lines = [json.dumps(row, ensure_ascii=False) for row in FAQ]
        (corpus / "faq.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (corpus / "manual" / "humidifier.md").write_text(MANUAL, encoding="utf-8")
        build_index(corpus, "index")
        Path("index", "LOCK").unlink()
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree("index", into)
    print(into)


if __name__ == "__main__":
    main()
