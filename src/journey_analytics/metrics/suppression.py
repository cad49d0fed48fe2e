"""Which groups of an answer must not be shown, so that none too small can be worked out either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

Group = tuple[str | None, ...]
#: Groups by the total they add up to: its place in the group, and the names it leaves fixed.
Lines = Mapping[tuple[int, Group], list[Group]]


def hidden_groups(sizes: Mapping[Group, int], min_size: int) -> set[Group]:
    """Return the groups below the limit, and those that a total would give away without.

    A total less the groups shown is what is hidden. So where only small groups are hidden, the
    smallest one of those beside them is hidden too: what can be worked out is then no smaller than
    the limit. In a split by several dimensions this holds along each of them, for each has totals
    of its own, and no small group follows from several totals together.

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
    while True:
        _hide_beside(hidden, small, lines)
        told = _worked_out(hidden, lines) & small
        if not told:
            return hidden
        near = [line for line in lines.values() if told.intersection(line)]
        beside = [g for line in near for g in line if g not in hidden] or [
            g for line in lines.values() if hidden.intersection(line)
            for g in line if g not in hidden]
        if not beside:
            return set(sizes)
        hidden.add(min(beside, key=lambda g: (sizes[g], *(name or "" for name in g))))


def _hide_beside(hidden: set[Group], small: set[Group], lines: Lines) -> None:
    """Hide the smallest group beside those that are the only ones hidden of a total."""
    waiting = True
    while waiting:
        waiting = False
        for line in lines.values():
            gone = hidden.intersection(line)
            if gone and len(gone) < len(line) and (len(gone) == 1 or gone <= small):
                hidden.add(next(group for group in line if group not in gone))
                waiting = True


def _worked_out(hidden: set[Group], lines: Lines) -> set[Group]:
    """Return the hidden groups that all totals together leave only one value.

    The totals less what is shown are linear equations; a group has one value where its direction
    is not in their null space.
    """
    groups = sorted(hidden, key=lambda g: tuple(name or "" for name in g))
    place = {group: i for i, group in enumerate(groups)}
    told = [[place[g] for g in line if g in place] for line in lines.values() if len(line) > 1]
    equations = np.zeros((sum(map(bool, told)), len(groups)))
    for row, members in enumerate(filter(None, told)):
        equations[row, members] = 1.0
    _, values, directions = np.linalg.svd(equations)
    null = directions[int((values > 1e-9).sum()):]
    return {g for i, g in enumerate(groups) if np.abs(null[:, i]).max(initial=0.0) < 1e-9}
