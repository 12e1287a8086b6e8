"""Looking back: how good the rankings are on judged questions, and which settings would make them better."""

from faqsearch.evaluation.calibration import Calibration, calibrate
from faqsearch.evaluation.experiment import evaluate
from faqsearch.evaluation.report import Bound, Evaluation, failures
from faqsearch.evaluation.runs import write_trec
from faqsearch.evaluation.tuning import Tuning, tune

__all__ = ["Bound", "Calibration", "Evaluation", "Tuning", "calibrate", "evaluate", "failures", "tune", "write_trec"]
