"""What measuring says to people: tables of rankings and of kinds of question, questions that failed, weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faqsearch.cli.render import Look
from faqsearch.cli.reports import plural
from faqsearch.cli.terminal import printable
from faqsearch.cli.wrapping import shorten, width

if TYPE_CHECKING:
    from faqsearch.evaluation import Calibration, Evaluation, Tuning
    from faqsearch.evaluation.report import Row, Shown, Worst

_NAME = 14


def evaluation_lines(evaluation: Evaluation, look: Look) -> Iterator[str]:
    """Yield an evaluation's tables."""
    answerable = evaluation.queries - evaluation.unanswerable
    yield f"{plural(answerable, 'question')} with an answer, {evaluation.unanswerable} without, in {_time(evaluation)}"
    if evaluation.missing:
        yield f"{plural(len(evaluation.missing), 'relevant document')} not in the index: counted as failures"
    if evaluation.unasked:
        yield f"{evaluation.unasked} judged query ids not among the questions: left out"
    yield ""
    yield from _table("ranking", evaluation.rows, look)
    fused = evaluation.rows[0]
    yield ""
    spans = [f"{metric} {value.low:.3f}-{value.high:.3f}" for metric, value in fused.values.items()]
    yield look.faint(f"95 % of {fused.name}: " + ", ".join(spans[:3]))
    if evaluation.kinds:
        yield ""
        yield from _table(fused.name, evaluation.kinds, look)
    yield ""
    verdicts = evaluation.verdicts
    yield f"answered, of the questions with an answer     {verdicts.answered}"
    if verdicts.right is not None:
        yield f"right, of the questions answered              {verdicts.right}"
    if verdicts.refused is not None:
        yield f"not answered, of the questions without one    {verdicts.refused}"
    for worst in evaluation.worst:
        yield ""
        yield from _worst_lines(worst, look)


def _time(evaluation: Evaluation) -> str:
    each = 1000 * evaluation.seconds / max(1, evaluation.queries)
    return f"{evaluation.seconds:.1f} s ({each:.1f} ms each)"


def _table(title: str, rows: Sequence[Row], look: Look) -> Iterator[str]:
    metrics = list(rows[0].values)
    yield look.faint(f"{title:<{_NAME}}{'n':>6}" + "".join(f"{metric:>11}" for metric in metrics))
    for number, row in enumerate(rows):
        name = shorten(printable(row.name), _NAME - 1)
        cells = "".join(f"{row.values[metric].mean:>11.3f}" for metric in metrics)
        line = f"{name}{' ' * (_NAME - width(name))}{row.queries:>6}{cells}"
        yield look.bold(line) if number == 0 and row.name == "fused" else line


def _worst_lines(worst: Worst, look: Look) -> Iterator[str]:
    start = f"{worst.value:.2f}  "
    yield start + look.bold(shorten(printable(worst.query), look.columns - len(start)))
    for name, documents in (("wanted", worst.expected), ("found", worst.found)):
        for shown in documents:
            yield _shown_line(name, shown, look)
            name = ""  # noqa: PLW2901  # only the first line is labelled


def _shown_line(name: str, shown: Shown, look: Look) -> str:
    rank = "-" if shown.rank is None else str(shown.rank)
    start = f"      {name:<7}{rank:>3}  "
    question = printable(shown.question) or "(not in the index)"
    return start + shorten(f"{printable(shown.id)}  {question}", look.columns - len(start))


def tuning_lines(tuning: Tuning, address: str, written: str | None, look: Look) -> Iterator[str]:
    """Yield the weights and BM25 parameters an index has, those that were chosen, and what these gain.

    Args:
        tuning: What was chosen.
        address: Of the index.
        written: The generation that has them now, or None when nothing was to be written.
        look: How to write.
    """
    yield f"{plural(tuning.queries, 'question')} with an answer, each held out once in {tuning.folds} folds"
    yield ""
    yield f"ndcg@10 now                  {tuning.default}"
    yield f"ndcg@10 tuned, held out      {tuning.tuned}"
    changed = tuning.settings != tuning.before
    verdict = "more than chance" if tuning.sure else "may be chance: judge more questions" if changed else ""
    gain = tuning.gain
    yield (
        look.bold(f"gain                        {gain.mean:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]") + f"  {verdict}"
    )
    yield ""
    yield look.faint(f"{'leg':<{_NAME}}" + "".join(f"{name:>8}{'tuned':>8}" for name in ("weight", "k1", "b")))
    for leg, weight in tuning.settings.weights.items():
        was = tuning.before.weights.get(leg, 0.0)
        numbers = [was, weight]
        if leg in tuning.settings.bm25 and (was or weight):  # those of a leg that is off are not tried
            now, then = tuning.before.bm25[leg], tuning.settings.bm25[leg]
            numbers += [now.k1, then.k1, now.b, then.b]
        line = f"{leg:<{_NAME}}" + "".join(f"{number:>8g}" for number in numbers)
        yield look.bold(line) if numbers[::2] != numbers[1::2] else line
    yield ""
    if changed:
        yield _written(address, written, "what was tuned")
    else:
        yield "No change is surely better: the index keeps what it has."


def calibration_lines(calibration: Calibration, address: str, written: str | None, look: Look) -> Iterator[str]:
    """Yield how true the confidence is now and fitted, and what "answered" would come to.

    Args:
        calibration: What was fitted.
        address: Of the index.
        written: The generation that has it now, or None when nothing was to be written.
        look: How to write.
    """
    with_answer = plural(calibration.answerable, "question")
    yield f"{with_answer} with an answer, {calibration.unanswerable} without"
    if calibration.removed:
        yield f"{calibration.removed} asked once more with their answers taken out; both kinds count half"
    yield ""
    yield look.faint(f"{'':<44}{'now':>8}{'fitted, held out':>18}")
    before, after = calibration.before, calibration.after
    rows = (
        ("calibration error (ECE, 0 is best)", before.ece, after.ece),
        ("told apart: with and without answer (AUROC)", before.auroc, after.auroc),
        ("with an answer: answered", before.answered, after.answered),
        ("  of these first hits right", before.right, after.right),
        ("without an answer: not answered", before.refused, after.refused),
    )
    for label, now, then in rows:
        yield f"{label:<44}{now:>8.3f}{then:>18.3f}"
    yield ""
    if not calibration.better:
        yield look.bold("No better than what the index has.")
    yield _written(address, written, "the fitted confidence")


def _written(address: str, written: str | None, what: str) -> str:
    if written is None:
        return f"Nothing was written. With --write the index uses {what}."
    return f"{printable(address)} uses {what} from now on (generation {written})"
