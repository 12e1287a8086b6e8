"""A corpus as a few files, and what a check finds in it."""

import pytest

from faqsearch.checks import check_corpus


@pytest.fixture
def found(tmp_path):
    """Write files, check them, return `(kind, severity, place below the folder)` of every finding, or the report."""

    def check(files, *, whole=False, **options):
        folder = tmp_path / "corpus"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        report = check_corpus(folder, **(options or {"ignore": ["not-found"]}))
        if whole:
            return report
        return [(one.kind, one.severity, one.place.where.removeprefix(f"{folder}/")) for one in report.findings]

    return check
