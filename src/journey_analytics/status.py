"""What a project's published warehouse says of itself: last run, account, figures, blind spots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from .engines import Published
from .errors import DataError
from .monitoring.logs import TRIGGERS_ON
from .pipeline import warehouse_file
from .settings import load
from .snapshots import snapshots

#: Ranked pain points of groups that the settings of now show, numbered as the pack does.
_SHOWN = """
WITH shown AS (
    SELECT * REPLACE (row_number() OVER (ORDER BY rank)::integer AS rank), rank AS published_rank
    FROM pain_points WHERE rank IS NOT NULL AND persons_hit >= ?)"""
#: Journeys named in ``status`` as worth a look: of the worst pain points, with most moments.
_EXAMPLES = _SHOWN + """
SELECT e.journey_key
FROM pain_point_evidence AS e
JOIN shown AS p USING (pain_point)
JOIN (SELECT journey_key, count(DISTINCT kind) AS kinds, count(*) AS moments FROM moments
      GROUP BY journey_key) AS m USING (journey_key)
WHERE p.rank <= 5
GROUP BY e.journey_key
ORDER BY max(m.kinds) DESC, max(m.moments) DESC, e.journey_key
LIMIT 3"""
_PAIN_POINTS = _SHOWN + """
SELECT p.rank, k.title, p.kind, p.reason, p.channel, p.queue, p.stage, p.step, p.persons_hit,
       p.journeys_hit, p.frequency, p.frequency_low, p.frequency_high, p.hit_scored, p.difference,
       p.difference_low, p.difference_high, p.lost_ms, p.burden, p.basis, w.rank AS worse_rank
FROM shown AS p JOIN moment_kinds AS k USING (kind)
LEFT JOIN pain_point_overlaps AS o USING (pain_point)
LEFT JOIN shown AS w ON o.worse_rank = w.published_rank
ORDER BY p.rank LIMIT ?"""
_SOURCES = """
SELECT source, kind_of_record, min(day) AS first_day, max(day) AS last_day,
       sum(row_count)::bigint AS row_count
FROM coverage GROUP BY ALL ORDER BY ALL"""


def read_status(project: Path) -> dict[str, Any]:
    """Return everything ``journeys status`` shows, as plain values.

    Raises
    ------
    DataError
        Nothing has been published yet.
    """
    settings = load(project)
    min_group = settings.privacy.min_group
    with Published(warehouse_file(project)) as warehouse:
        last = warehouse.dicts("SELECT * FROM runs ORDER BY run_no DESC LIMIT 1")[0]
        account = warehouse.dicts(
            "SELECT fate, rule, sum(records)::bigint AS records FROM account GROUP BY ALL "
            "ORDER BY fate, records DESC, rule")
        fates: Counter[str] = Counter()
        for row in account:
            fates[row["fate"]] += row["records"]
        unread = warehouse.value("SELECT coalesce(sum(quarantined), 0)::bigint FROM files "
                                 "WHERE status = 'loaded'")
        return {
            "project": settings.project.name,
            "folder": str(project),
            "timezone": settings.project.timezone,
            "last_run": {k: last[k] for k in ("run_no", "started_at", "published_at",
                                              "records_new", "promises_held",
                                              "program_version")},
            "as_of": last["as_of"],
            "rows_in": sum(fates.values()) + unread,
            "records_used": fates["used"],
            "records_ignored": {r["rule"]: r["records"] for r in account
                                if r["fate"] == "ignored"},
            "records_quarantined": fates["quarantined"],
            "records_dropped": fates["dropped"],
            "rows_unreadable": unread,
            "waiting": dict(warehouse.rows(
                "SELECT source::varchar || ' ' || kind_of_record, row_count FROM waiting "
                "ORDER BY ALL")),
            "quarantine": warehouse.dicts(
                "SELECT source, rule, sum(records)::bigint AS records, min(remedy) AS remedy "
                "FROM quarantine_summary GROUP BY ALL ORDER BY records DESC, source, rule"),
            "files_refused": warehouse.dicts(
                "SELECT path, problem FROM files WHERE status = 'refused' ORDER BY path"),
            "sources": warehouse.dicts(_SOURCES),
            "persons": dict(warehouse.rows(
                "SELECT person_kind, count(*) FROM persons GROUP BY ALL ORDER BY ALL")),
            "contacts": warehouse.value(
                "SELECT count(*) FROM contacts WHERE excluded_rule IS NULL"),
            "contacts_excluded": dict(warehouse.rows(
                "SELECT excluded_rule, count(*) FROM contacts WHERE excluded_rule IS NOT NULL "
                "GROUP BY ALL ORDER BY ALL")),
            "touchpoints": warehouse.value("SELECT count(*) FROM touchpoints"),
            "sessions": warehouse.value("SELECT count(*) FROM sessions"),
            "journeys": dict(warehouse.rows(
                "SELECT journey_status, count(*) FROM journeys GROUP BY ALL ORDER BY ALL")),
            "reasons_unstated": warehouse.value(
                "SELECT count(*) FROM contacts WHERE reason = 'unstated'"),
            "moments": dict(warehouse.rows(
                "SELECT kind::varchar, count(*) FROM moments GROUP BY ALL ORDER BY 2 DESC, 1")),
            "parents": dict(warehouse.rows(
                "SELECT kind::varchar, parent_kind FROM moment_kinds "
                "WHERE parent_kind IS NOT NULL")),
            "pain_points": warehouse.value(
                "SELECT count(*) FROM pain_points WHERE persons_hit >= ?", [min_group]),
            "worst": warehouse.dicts(_PAIN_POINTS, [min_group, 5]),
            "warnings": last["warnings"],
            "rolled_back_from": max(
                (n for n in snapshots(project / "warehouse") if n > last["run_no"]), default=None),
            "gates": warehouse.dicts(
                "SELECT source, gate, outcome, subject, found, lowest, highest FROM gates "
                "WHERE outcome IN ('noted', 'refused', 'stale') ORDER BY source, gate"),
            "triggers": warehouse.dicts(TRIGGERS_ON, [min_group]),
            "actions": warehouse.dicts("SELECT action, what, verdict FROM action_progress "
                                       "ORDER BY action"),
            "blind": warehouse.dicts("SELECT subject, because FROM blind_spots ORDER BY subject"),
            "worth_explaining": [str(key) for (key,) in warehouse.rows(_EXAMPLES, [min_group])],
        }


_JOURNEY = """
SELECT touchpoint_key, started_at, ended_at, channel::varchar AS channel, kind::varchar AS kind,
       actor::varchar AS actor, step::varchar AS step, queue::varchar AS queue, activity,
       contact_key, source::varchar AS source
FROM touchpoints WHERE journey_key = ? ORDER BY touchpoint_no"""
_MOMENTS = """
SELECT m.anchor_key, m.kind::varchar AS kind, m.variant, m.lost_ms, m.occurred_at, k.title
FROM moments AS m JOIN moment_kinds AS k USING (kind)
WHERE m.journey_key = ? ORDER BY m.occurred_at, m.kind"""


def explain(project: Path, key: int) -> dict[str, Any]:
    """Return a journey with its touchpoints and moments, or a person with their journeys.

    Raises
    ------
    DataError
        No journey and no person has that key.
    """
    settings = load(project)
    with Published(warehouse_file(project)) as warehouse:
        journeys = warehouse.dicts("SELECT * FROM journeys WHERE journey_key = ?", [key])
        if journeys:
            return {
                "timezone": settings.project.timezone, "journey": journeys[0],
                "touchpoints": warehouse.dicts(_JOURNEY, [key]),
                "moments": warehouse.dicts(_MOMENTS, [key]),
            }
        persons = warehouse.dicts("SELECT * FROM persons WHERE person_key = ?", [key])
        if persons:
            return {
                "timezone": settings.project.timezone, "person": persons[0],
                "journeys": warehouse.dicts(
                    "SELECT * FROM journeys WHERE person_key = ? ORDER BY started_at, journey_key",
                    [key]),
            }
    raise DataError(str(project), "no journey and no person has this key", found=key,
                    remedy="`journeys status` names a few journeys worth a look.")

