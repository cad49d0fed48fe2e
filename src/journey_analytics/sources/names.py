"""Names and addresses of people that records hold beside what the canonical tables take."""

from __future__ import annotations

import re

from ..engines import DuckDBEngine

#: The view the models read.
GIVEN = ("record_names",)
_PERSONAL = re.compile(
    r"(?i)(customer|client|caller|contact|requester|recipient|user|guest|patient|member|agent|author"
    r"|first|last|middle|sur|given|family|full|display|vor|nach|kunden?)[ _.-]?name$"
    r"|^(contact|recipient|caller|requester)$|street|stra(ss|ß)e$|address|adresse|^city$|^town$"
    r"|^ort$|postal|postcode|zip|iban|account_?(number|no)|card_?number")


def share_record_names(engine: DuckDBEngine) -> None:
    """Name the values that name people as the view ``record_names``, by unit of a source.

    A column called just ``name`` is a person's where an e-mail address stands beside it.
    """
    columns: dict[str, list[str]] = {}
    for table, column in engine.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'state' "
        "AND schema_name = 'records' AND data_type = 'VARCHAR' ORDER BY table_name, column_index"
    ):
        columns.setdefault(table, []).append(column)
    parts = ["SELECT NULL::VARCHAR AS target, NULL::BIGINT AS unit_key, NULL::VARCHAR AS value "
             "WHERE false"]
    for table, names in columns.items():
        has_email = any("mail" in n.lower() for n in names)
        personal = [n for n in names
                    if _PERSONAL.search(n) or (has_email and n.lower() == "name")]
        quoted = (n.replace('"', '""') for n in personal)
        source = table.split("__")[0]
        parts += [
            f"SELECT l.target, l.unit_key, r.\"{name}\" FROM state.lineage AS l "
            f"INNER JOIN state.records.\"{table}\" AS r ON l.source = '{source}' "
            f"AND l.record_key = (r._file::BIGINT << 32) + r._line "
            f"WHERE trim(r.\"{name}\") <> ''" for name in quoted]
    engine.execute("CREATE OR REPLACE TEMP VIEW record_names AS " + " UNION ALL ".join(parts))
