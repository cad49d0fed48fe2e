select kind as key, kind, parent_kind, step, title, sentence from moment_kinds order by kind
