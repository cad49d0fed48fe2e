"""From files to canonical tables: reading, records, casting and quarantine."""
