"""Reads the quarterly review: actions, triggers and their answers, what is old, what moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from ..contracts import VOCABULARIES
from ..settings import Settings
from ..settings_lists import LONGEST_CELL
from ..settings_packs import FILTERS, PackScope
from . import words
from .asking import Questions, Row
from .claims import Number, phrase
from .issues import Issue, last_issue, read_issues
from .model import (
    Action,
    Answer,
    FiredTrigger,
    LastIssue,
    OldPack,
    Review,
    ReviewedAction,
    ReviewedPoint,
    Week,
)
from .read_change import has_moved
from .read_monitoring import trigger_words

#: Pain points looked at: so many of the worst, now and then.
WORST = 5
QUARTER = timedelta(days=91)


def issue_before(project: Path, settings: Settings, scope: PackScope) -> tuple[str, Issue] | None:
    """Return the issue that a pack is held against, and whose it is.

    A pack is held against its own last one; a review against the last one of any pack that is
    about the same journeys.
    """
    def about(pack: PackScope) -> tuple[object, ...]:
        return tuple(getattr(pack, name) for name in (*FILTERS, "since", "until"))

    names = [scope.name]
    if scope.length == "review":
        packs = settings.packs or (PackScope(),)
        names += [p.name for p in packs if about(p) == about(scope)]
    found = ((name, last_issue(read_issues(project / "packs" / name))) for name in names)
    return max(((name, last) for name, last in found if last), default=None,
               key=lambda f: datetime.fromisoformat(f[1].issued_at))


def read_review(
    ask: Questions, project: Path, settings: Settings, actions: Sequence[Action],
    until: date, before: tuple[str, Issue] | None,
) -> Review:
    """Return the quarter that ends at a day.

    Parameters
    ----------
    actions
        As they stand, with the pain points that they name.
    before
        The issue that the pain points are held against, and its pack.
    """
    # It brings pandas with it, which only a review needs.
    from ..monitoring.announcements import read_announcements

    issues = _issues(project)
    weeks = ask.ask("action_weeks") if ask.knows("action_weeks") else []
    fired = ask.ask("trigger_log") if ask.knows("trigger_log") else []
    started = {r.key: r["start_date"] for r in ask.answers.get("action_progress", ())}
    announced, _ = read_announcements(project, VOCABULARIES["channel"])
    said = [(a.start, a.end, {"channel": a.channel} if a.channel else {}, Answer(
        phrase("announced"), words.clean(a.what, LONGEST_CELL))) for a in announced]
    said += [(started[a.id], date.max, dict(p.split("=", 1) for p in a.segment.split(" and ") if p),
              Answer(phrase("action begun"), a.what)) for a in actions]
    said += [(date.fromisoformat(i.issued_at[:10]), date.max, {}, Answer(
        phrase("version ", _version(name, i), " issued of pack"), name)) for name, i in issues]
    days = settings.triggers.map_days
    return Review(
        until - QUARTER, until,
        tuple(ReviewedAction(a, tuple(
            Week(w["first_day"], w.number("value", a.form, n=w["n"]))
            for w in weeks if w["action"] == a.id)) for a in actions),
        tuple(_fired(r, said) for r in fired),
        tuple(OldPack(name, _version(name, i), age) for name, i, age in _ages(issues, until)
              if (age.value or 0) > days),
        Number(days, "span_days", "settings", "triggers", "map_days"),
        before and LastIssue(before[0], Number(
            before[1].version, "count", "last_issue_totals", "all", "version"),
            datetime.fromisoformat(before[1].as_of).date()),
        tuple(_points(ask, before[1] if before else None)))


def _issues(project: Path) -> list[tuple[str, Issue]]:
    """Return each pack's issue that stands, by the pack's name."""
    packs = sorted(p.parent for p in (project / "packs").glob("*/issues.json"))
    found = ((pack.name, last_issue(read_issues(pack))) for pack in packs)
    return [(name, last) for name, last in found if last]


def _ages(issues: Sequence[tuple[str, Issue]], until: date) -> Iterator[tuple[str, Issue, Number]]:
    for name, issue in issues:
        days = (until - datetime.fromisoformat(issue.as_of).date()).days
        yield name, issue, Number(days, "span_days", "issues", name, "age")


def _version(name: str, issue: Issue) -> Number:
    return Number(issue.version, "count", "issues", name, "version")


def _fired(row: Row, said: Sequence[tuple[date, date, Mapping[str, str], Answer]]) -> FiredTrigger:
    """Return a trigger that was on, with what was said meanwhile or begun since about its place.

    An action or an announcement is about a place where each name of its own is one of the place's.
    """
    place = dict(zip(str(row["dimension"]).split(" and "), str(row["subject"]).split(" | "),
                     strict=False))
    title, subject, measure = trigger_words(row)
    return FiredTrigger(
        title, subject, measure, row["since"], None if row["is_on"] else row["last_day"],
        tuple(answer for first, last, about, answer in said
              if last >= row["since"] and (
                  first >= row["since"] if last == date.max else first <= row["last_day"])
              and all(place.get(name.strip()) == name_is.strip()
                      for name, name_is in about.items())))


def _points(ask: Questions, before: Issue | None) -> Iterator[ReviewedPoint]:
    """Yield the worst pain points of now, then those of then that are none of them any more."""
    kinds = {r.key: r for r in ask.answers["moment_kinds"]}
    here = {str(r["pain_point"]): r for r in ask.answers["pain_points"]}
    then = {str(r["pain_point"]): r for r in before.rows()[1]} if before else {}
    for name in dict.fromkeys([*here, *then]):
        rows = then.get(name), here.get(name)
        if min(r["rank"] for r in rows if r) > WORST:
            continue
        was, now = rows
        told = now or was
        assert told is not None
        what = ("new" if was is None else "gone" if now is None
                else "moved" if has_moved(was, now) else "as before")
        yield ReviewedPoint(
            str(kinds[str(told["kind"])]["title"]), words.place_of(told.values),
            what if before else "",
            *((_of(was, column, form), _of(now, column, form)) for column, form in (
                ("rank", "count"), ("frequency", "percent"), ("burden", "total"))))


def _of(row: Row | None, column: str, form: str) -> Number | None:
    if row is None:
        return None
    return row.number(column, form, n=row["active_persons"] if form == "percent" else None)
