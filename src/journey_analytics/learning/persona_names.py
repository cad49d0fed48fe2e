"""Names of personas that last: tonight's groups are matched with those of the last run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from ..engines import DuckDBEngine

#: A persona keeps its name if the old and the new one share this much of all their persons.
SAME = 0.5
_TABLES = (
    "CREATE TABLE IF NOT EXISTS state.persona_names (persona_id INTEGER, name VARCHAR, "
    "persona VARCHAR, first_run INTEGER, last_run INTEGER, persons BIGINT, overlap DOUBLE)",
    "CREATE TABLE IF NOT EXISTS state.persona_drift (run_no INTEGER, personas INTEGER, "
    "persons_compared BIGINT, adjusted_rand DOUBLE, moved_share DOUBLE)",
    "CREATE TABLE IF NOT EXISTS state.kept_person_personas (person_key BIGINT, persona_id INTEGER)",
)


def note_personas(engine: DuckDBEngine, run_no: int) -> None:
    """Give tonight's personas their lasting ids and names, and note how far they drifted.

    A run that finds no personas forgets no name.
    """
    for statement in _TABLES:
        engine.execute(statement)
    engine.execute("UPDATE state.persona_names SET persona = NULL, persons = NULL, overlap = NULL")
    engine.execute("DELETE FROM state.kept_person_personas WHERE person_key NOT IN "
                   "(SELECT person_key FROM next.person_personas)")
    labels = dict(engine.rows("SELECT persona, label FROM next.personas "
                              "WHERE group_kind = 'persona' ORDER BY persona"))
    now = engine.query("SELECT person_key, persona FROM next.person_personas WHERE persona IN "
                       "(SELECT persona FROM next.personas WHERE group_kind = 'persona') "
                       "ORDER BY person_key").to_pandas()
    if now.empty:
        return
    before = engine.query("SELECT person_key, persona_id FROM state.kept_person_personas "
                          "ORDER BY person_key").to_pandas()
    names = engine.query("SELECT persona_id, name, first_run FROM state.persona_names "
                         "ORDER BY persona_id").to_pandas().set_index("persona_id")
    both = before.merge(now, on="person_key")
    ids, overlaps = match(both, list(labels))
    fresh = int(names.index.max()) if len(names) else 0
    taken = set(names["name"])
    rows = []
    for persona, label in labels.items():
        if persona not in ids:
            fresh += 1
            ids[persona] = fresh
            name = label if label not in taken else f"{label} ({fresh})"
            taken.add(name)
            first = run_no
        else:
            name, first = names.loc[ids[persona], ["name", "first_run"]]
        rows.append({
            "persona_id": ids[persona], "name": str(name), "persona": persona,
            "first_run": int(first), "last_run": run_no,
            "persons": int((now["persona"] == persona).sum()), "overlap": overlaps.get(persona)})
    engine.register("named_tonight", pa.Table.from_pylist(rows, schema=pa.schema([
        ("persona_id", pa.int32()), ("name", pa.string()), ("persona", pa.string()),
        ("first_run", pa.int32()), ("last_run", pa.int32()), ("persons", pa.int64()),
        ("overlap", pa.float64())])))
    engine.execute("DELETE FROM state.persona_names WHERE persona_id IN "
                   "(SELECT persona_id FROM named_tonight)")
    engine.execute("INSERT INTO state.persona_names FROM named_tonight")
    if len(both):
        moved = both["persona_id"] != both["persona"].map(ids)
        rand = adjusted_rand_score(both["persona_id"], both["persona"])
        engine.execute(f"INSERT INTO state.persona_drift VALUES ({run_no}, {len(labels)}, "
                       f"{len(both)}, {rand:.6f}, {moved.mean():.6f})")
    engine.register("tonights_personas", pa.table({
        "person_key": pa.array(now["person_key"].to_numpy(np.int64)),
        "persona_id": pa.array(now["persona"].map(ids).to_numpy(np.int32))}))
    engine.execute("CREATE OR REPLACE TABLE state.kept_person_personas AS FROM tonights_personas")


def match(both: pd.DataFrame, personas: list[str]) -> tuple[dict[str, int], dict[str, float]]:
    """Return the old id and the overlap of the personas that are still the same.

    Overlap is the Jaccard index among persons of both runs; pairs are chosen so that it is
    largest in all (the Hungarian method).

    Parameters
    ----------
    both
        ``person_key``, ``persona_id`` of the last run, ``persona`` of tonight.
    """
    shared = pd.crosstab(both["persona_id"], both["persona"]).reindex(
        columns=personas, fill_value=0)
    counts = shared.to_numpy(float)
    either = counts.sum(axis=1)[:, None] + counts.sum(axis=0)[None, :] - counts
    overlap = counts / np.maximum(either, 1)
    pairs = [(int(shared.index[i]), personas[j], float(overlap[i, j]))
             for i, j in zip(*linear_sum_assignment(-overlap), strict=True)]
    kept = [pair for pair in pairs if pair[2] >= SAME]
    return {p: i for i, p, _ in kept}, {p: round(o, 6) for _, p, o in kept}
