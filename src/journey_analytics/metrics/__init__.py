"""Metrics of the published warehouse, each by its definition in the ledger."""

from .ledger import Ledger, Metric, Variant, read_ledger
from .measuring import Measured, Question, Value, examples_of_excluded, measure, parse_numbers

__all__ = ["Ledger", "Measured", "Metric", "Question", "Value", "Variant", "examples_of_excluded",
           "measure", "parse_numbers", "read_ledger"]
