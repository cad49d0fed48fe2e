"""What the sources could have shown: an absence is stated only where one of them was looking.

Two facts about the whole data decide that, and both are settled before any model runs: which source
shows what (its *ability*, part of a run's fingerprint), and which days it covers. Everything else
about an absence is one person's own rows.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from .engines import DuckDBEngine
from .models import Parameter, load_models, statement
from .sources.canonical import PRIMARY_TIME

#: Tables given to the models: what shows an absence, and when it was there.
GIVEN = ("absence_sources", "covered_stretches", "dark_stretches")
#: Which sources can show a reply in a ticket of which source, and a word of ours on any channel.
_ABILITIES = """
SELECT DISTINCT 'reply' AS absence, t.source AS of_source, m.source, 'messages' AS kind_of_record
FROM state.messages AS m JOIN state.tickets AS t USING (ticket_key)
WHERE m.direction = 'out' AND m.actor = 'agent' AND m.occurred_at <= {as_of}
UNION
SELECT DISTINCT 'our word', NULL, source, 'messages' FROM state.messages
WHERE direction = 'out' AND actor = 'agent' AND occurred_at <= {as_of}
UNION
SELECT DISTINCT 'our word', NULL, source, 'calls' FROM state.calls
WHERE direction = 'outbound' AND started_at <= {as_of}
"""


def share_abilities(
    engine: DuckDBEngine, params: dict[str, Parameter], as_of: datetime, gap_days: int,
) -> list[tuple[object, ...]]:
    """Store which source shows what, and which days it covers.

    Parameters
    ----------
    gap_days
        A source without any row for more days than these was dark.

    Returns
    -------
    list of tuple
        The abilities; when they change, everything is built anew.
    """
    signals = statement([next(m for m in load_models() if m.table == "signals")], params, {})
    limit = f"TIMESTAMP '{as_of}'"
    found = engine.query(
        f"SELECT * FROM ({_ABILITIES.format(as_of=limit)} UNION SELECT DISTINCT "
        f"concat('word ', s.word), NULL, s.source, s.kind_of_record FROM ({signals.text}) AS s "
        f"JOIN expectations AS e ON s.word = e.expected_word) ORDER BY ALL")
    engine.register("absence_sources", found.cast(pa.schema(
        [(name, pa.string()) for name in found.column_names])))
    days = " UNION ALL ".join(
        f"SELECT DISTINCT source, '{table}' AS kind_of_record, ({time})::date AS day "
        f"FROM state.{table} WHERE ({time}) <= {limit}" for table, time in PRIMARY_TIME.items())
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE covered_stretches AS WITH days AS ("
        f"SELECT *, lag(day) OVER (PARTITION BY source, kind_of_record ORDER BY day) AS before "
        f"FROM ({days}) SEMI JOIN absence_sources USING (source, kind_of_record)), numbered AS ("
        "SELECT *, count(CASE WHEN before IS NULL OR day - before > "
        f"{gap_days + 1} THEN 1 END) OVER (PARTITION BY source, kind_of_record ORDER BY day) AS no "
        "FROM days) SELECT source, kind_of_record, min(day)::timestamp AS begins_at, "
        "(max(day) + 1)::timestamp AS ends_at FROM numbered GROUP BY source, kind_of_record, no")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE dark_stretches AS SELECT * FROM ("
        "SELECT source, kind_of_record, ends_at AS begins_at, lead(begins_at) OVER "
        "(PARTITION BY source, kind_of_record ORDER BY begins_at) AS ends_at "
        "FROM covered_stretches) WHERE ends_at IS NOT NULL")
    return [tuple(row.values()) for row in found.to_pylist()]
