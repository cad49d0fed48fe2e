"""The command ``journeys``: arguments in, exit code out.

Exit codes: 0 done, 1 findings, 2 usage or configuration, 3 data problem. Heavy libraries are
imported by the command that needs them, so that help answers at once.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from .errors import JourneyError

app = typer.Typer(
    name="journeys",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Turn what a contact center already exports into customer journeys, and rank the moments "
         "that hurt.\n\nStart with `journeys demo`. For your own data: `journeys init DIR`, put "
         "exports into `DIR/landing/`, declare them in `DIR/journeys.toml`, then `journeys check "
         "DIR` and `journeys run DIR`.",
    epilog="Exit codes: 0 done, 1 findings, 2 usage or configuration, 3 data problem.",
)
pack_app = typer.Typer(no_args_is_help=True, help="Write the evidence pack of a project.")
app.add_typer(pack_app, name="pack")

Project = Annotated[Path, typer.Argument(
    metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
HERE = Path()


def main() -> None:
    """Run the command line; errors meant for the user end without a traceback."""
    try:
        app()
    except JourneyError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was published before still stands; run again to go on.\n")
        sys.exit(130)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Where to put it.")] = Path("demo"),
) -> None:
    """Copy the sample project (a broadband provider, 2,000 persons) and run it end to end."""
    from .demo import copy_sample

    copied = copy_sample(folder)
    typer.echo(f"Sample project {'copied to' if copied else 'found in'} {folder}/")
    run(folder)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
) -> None:
    """Make a project folder: a commented journeys.toml, landing/, adapters/ and lists to fill."""
    from .demo import init_project

    for path in init_project(folder):
        typer.echo(f"made {path}")
    typer.echo(f"\nNext: put exports into {folder}/landing/, declare them in "
               f"{folder}/journeys.toml, then `journeys check {folder}`.")


@app.command()
def run(
    folder: Project = HERE,
    as_of: Annotated[datetime | None, typer.Option(
        help="Time up to which the sources are complete, UTC; else from settings or data.",
    )] = None,
    full: Annotated[bool, typer.Option(
        "--full", help="Build everything anew instead of going on from the last run.")] = False,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Read new files, rebuild journeys, publish the warehouse and refresh the pack.

    Files already read change nothing; broken ones are refused or quarantined and the rest goes on.
    Until the very end last night's warehouse stays in place.
    """
    from .pipeline import run_project, warehouse_file
    from .printing import OUT, print_pain_points
    from .status import read_status

    with _progress(enabled=not (quiet or as_json)) as progress:
        finished = run_project(folder, progress.line, progress.step, as_of, full)
    status = read_status(folder)
    if as_json:
        from .printing import as_json as dumped

        typer.echo(dumped({**status, "seconds": finished.seconds, "pack": str(finished.pack)}))
    else:
        OUT.print()
        print_pain_points(status["worst"], status["pain_points"])
        OUT.print(f"\npack       {finished.pack}\nwarehouse  {warehouse_file(folder)}",
                  soft_wrap=True)
        keys = "  ".join(str(k) for k in status["worth_explaining"])
        OUT.print(f"more       journeys status {folder}"
                  + (f"; journeys explain KEY {folder} for a journey: {keys}" if keys else ""),
                  soft_wrap=True)
    for problem in finished.problems:
        sys.stderr.write(f"warning: {problem}\n")
    if finished.problems:
        raise typer.Exit(3)


@app.command()
def check(folder: Project = HERE, as_json: Json = False) -> None:
    """Read every configured file without changing anything, and say what would be wrong."""
    from .check import check_project
    from .printing import as_json as dumped
    from .printing import print_check

    with _progress(enabled=not as_json) as progress:
        report = check_project(folder, progress.line)
    if as_json:
        typer.echo(dumped(report))
    else:
        print_check(report)
    if report["problems"]:
        raise typer.Exit(3)


@app.command()
def status(folder: Project = HERE, as_json: Json = False) -> None:
    """Tell in one screen what the last run published, from which data, and what is blind."""
    from .printing import as_json as dumped
    from .printing import print_status
    from .status import read_status

    found = read_status(folder)
    if as_json:
        typer.echo(dumped(found))
    else:
        print_status(found)


@app.command()
def explain(
    key: Annotated[int, typer.Argument(help="Key of a journey or person, as `status` shows.")],
    folder: Project = HERE,
    as_json: Json = False,
) -> None:
    """Show one journey as a timeline with the moments that hurt, or a person's journeys."""
    from .printing import as_json as dumped
    from .printing import print_explanation
    from .status import explain as explained

    found = explained(folder, key)
    if as_json:
        typer.echo(dumped(found))
    else:
        print_explanation(found)


@pack_app.command("build")
def pack_build(folder: Project = HERE) -> None:
    """Write the pack from what is published, without a run."""
    from .pack import build_pack
    from .settings import load

    typer.echo(build_pack(folder, load(folder)))


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    persons: Annotated[int, typer.Option(min=1, help="Customers.")] = 2000,
    days: Annotated[int, typer.Option(min=7, help="Days of data.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    effects: Annotated[str | None, typer.Option(
        help="Score points each planted pain point costs, e.g. wait=3,hold=1.2; or 'shuffle'.",
    )] = None,
) -> None:
    """Generate a sample project with a planted truth, for tests and benchmarks."""
    from .sample import generate

    generate(folder, persons=persons, days=days, seed=seed, effects=effects)
    typer.echo(f"wrote {folder}/ (truth in {folder}/truth/)")


@app.command()
def bench(
    touchpoints: Annotated[int, typer.Option(min=1000, help="About so many.")] = 1_000_000,
    as_json: Json = False,
) -> None:
    """Time each step on generated data, beside a bare sort and write of the same rows."""
    from .bench import bench_steps
    from .printing import as_json as dumped
    from .printing import print_bench

    with _progress(enabled=not as_json) as progress:
        report = bench_steps(touchpoints, progress.line)
    if as_json:
        typer.echo(dumped(report))
    else:
        print_bench(report)


class _Progress:
    """Steps and details on stderr, so that stdout stays what was asked for."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.began = time.perf_counter()

    def step(self, name: str, title: str) -> None:
        """Begin a step: a line that stays."""
        self._say(f"{time.perf_counter() - self.began:6.1f} s  {title}\n")

    def line(self, text: str) -> None:
        """Show a detail that the next one overwrites; only where someone watches."""
        if sys.stderr.isatty():
            self._say(f"          {text}"[: shutil.get_terminal_size().columns - 1])

    def _say(self, text: str) -> None:
        if self.enabled:
            clear = "\r\x1b[2K" if sys.stderr.isatty() else ""
            sys.stderr.write(clear + text)
            sys.stderr.flush()


@contextmanager
def _progress(enabled: bool) -> Iterator[_Progress]:
    progress = _Progress(enabled)
    yield progress
    if enabled:
        progress.step("done", "done")

