"""What was on, and how actions stood, from run to run: two history tables."""

from __future__ import annotations

from dataclasses import dataclass

from ..engines import DuckDBEngine

_SEEN = "first_run INTEGER, last_run INTEGER, first_seen TIMESTAMP, last_seen TIMESTAMP"
_SEEN_MEANS = {
    "first_run": "run that found it first", "last_run": "last run that found it",
    "first_seen": "that run's as_of, UTC", "last_seen": "the last run's as_of, UTC",
    "is_on": "whether the last run of all found it too",
}
#: Triggers that are on, with the time since when; those of too few persons are not shown.
TRIGGERS_ON = """
SELECT t.*, l.first_seen FROM triggers AS t LEFT JOIN trigger_log AS l
ON l.is_on AND t.rule = l.rule AND t.measure = l.measure AND t.dimension = l.dimension
AND t.subject = l.subject
WHERE t.is_on AND (t.persons >= ? OR t.rule = 'map_age')
ORDER BY t.rule, t.q_value, t.subject"""


@dataclass(frozen=True, slots=True)
class _Log:
    """A log: what names an entry, what is refreshed with each run, and what it follows."""

    name: str
    follows: str
    key: tuple[str, ...]
    refreshed: tuple[str, ...]
    where: str
    text: str
    means: dict[str, str]

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *_SEEN_MEANS, *self.refreshed))


_LOGS = (
    _Log("trigger_log", "triggers", ("rule", "measure", "dimension", "subject"),
         ("evidence", "persons"),
         "is_on", "Triggers that were on, from when until when. A history table.", {
             "rule": "the rule (triggers)", "measure": "what was measured",
             "dimension": "what the subject is", "subject": "the place, group or pack",
             "evidence": "as it was seen last",
             "persons": "persons it rested on then; few: it is not shown"}),
    _Log("action_log", "action_progress", ("action", "verdict"), ("because",),
         "true", "How actions stood, from when until when. A history table.", {
             "action": "id in actions.csv", "verdict": "the verdict (action_progress)",
             "because": "why, as it was seen last"}),
)
#: Query, comment, and comments of columns, by table.
PUBLISHED = {log.name: (f"SELECT {log.columns} FROM state.{log.name}", log.text,
                        {**log.means, **_SEEN_MEANS}) for log in _LOGS}


def note_monitoring(engine: DuckDBEngine, run_no: int) -> None:
    """Carry on the logs with what this run found; a build of some models only leaves them."""
    built = {t for (t,) in engine.rows("SELECT table_name FROM duckdb_tables() "
                                       "WHERE database_name = 'next'")}
    for log in _LOGS:
        texts = ", ".join(f"{c} VARCHAR" for c in (*log.key, *log.refreshed))
        engine.execute(f"CREATE TABLE IF NOT EXISTS state.{log.name} "
                       f"({texts}, {_SEEN}, is_on BOOLEAN)")
        for column in log.refreshed:  # a log of an older version
            engine.execute(f"ALTER TABLE state.{log.name} ADD COLUMN IF NOT EXISTS "
                           f"{column} VARCHAR")
        if log.follows not in built:
            continue
        same = " AND ".join(f"l.{c} = f.{c}" for c in log.key)
        found = f"(FROM next.{log.follows} WHERE {log.where})"
        fresh = ", ".join(f"{c} = f.{c}" for c in log.refreshed)
        as_of = f"(SELECT as_of FROM state.runs WHERE run_no = {run_no})"
        new = ", ".join(f"f.{c}" for c in (*log.key, *log.refreshed))
        engine.execute(f"UPDATE state.{log.name} AS l SET is_on = false WHERE is_on "
                       f"AND NOT EXISTS (SELECT 1 FROM {found} AS f WHERE {same})")
        engine.execute(f"UPDATE state.{log.name} AS l SET last_run = {run_no}, "
                       f"last_seen = {as_of}, {fresh} FROM {found} AS f WHERE l.is_on AND {same}")
        engine.execute(
            f"INSERT INTO state.{log.name} BY NAME SELECT {new}, {run_no} AS first_run, {run_no} "
            f"AS last_run, {as_of} AS first_seen, {as_of} AS last_seen, true AS is_on "
            f"FROM {found} AS f WHERE NOT EXISTS "
            f"(SELECT 1 FROM state.{log.name} AS l WHERE l.is_on AND {same})")
