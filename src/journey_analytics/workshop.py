"""What the workshop keeps beside the settings: beliefs and constraints, as tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from .errors import JourneyError
from .models import load_models
from .settings import Settings
from .settings_beliefs import beliefs_table, read_beliefs
from .settings_future import future_table, read_future
from .settings_observations import read_observations

#: Tables that the workshop's files give to the models.
GIVEN = ("belief_claims", "future_constraints")


@cache
def moment_kinds() -> tuple[str, ...]:
    """Return the kinds of moments, as the model that lists them has them."""
    (model,) = (m for m in load_models() if m.table == "moment_kinds")
    return tuple(row.expressions[0].name for values in model.query.find_all(exp.Values)
                 for row in values.expressions)


def tables(
    project: Path, settings: Settings, words: Mapping[str, Collection[str]],
) -> tuple[dict[str, pa.Table], list[JourneyError]]:
    """Return beliefs and constraints of a project as tables, and what is wrong in the files.

    Parameters
    ----------
    words
        The words that can occur in the data, by what they name.
    """
    beliefs, bad_beliefs = read_beliefs(project, settings, moment_kinds(), words)
    constraints, bad_constraints = read_future(project, moment_kinds())
    return ({"belief_claims": beliefs_table(beliefs),
             "future_constraints": future_table(constraints)},
            bad_beliefs + bad_constraints + read_observations(project, settings)[1])
