"""Which groups of an answer must not be shown, so that none too small can be worked out either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

Group = tuple[str | None, ...]


def hidden_groups(sizes: Mapping[Group, int], min_size: int) -> set[Group]:
    """Return the groups below the limit, and those that a total would give away without.

    A total less the groups shown is what is hidden. So where only small groups are hidden, the
    smallest one of those beside them is hidden too: what can be worked out is then no smaller than
    the limit. In a split by several dimensions this holds along each of them, for each has totals
    of its own.

    Parameters
    ----------
    sizes
        Persons in each group.
    """
    small = {group for group, size in sizes.items() if size < min_size}
    hidden = set(small)
    lines: defaultdict[tuple[int, Group], list[Group]] = defaultdict(list)
    for group in sorted(sizes, key=lambda g: (sizes[g], *(name or "" for name in g))):
        for place in range(len(group)):
            lines[place, (*group[:place], *group[place + 1:])].append(group)
    waiting = True
    while waiting:
        waiting = False
        for line in lines.values():
            gone = hidden.intersection(line)
            if gone and len(gone) < len(line) and (len(gone) == 1 or gone <= small):
                hidden.add(next(group for group in line if group not in gone))
                waiting = True
    return hidden
