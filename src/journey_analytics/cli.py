"""The command ``journeys``: arguments in, exit code out.

Exit codes: 0 done, 1 findings, 2 usage or configuration, 3 data problem. Heavy libraries are
imported by the command that needs them, so that help answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from .cli_beliefs import beliefs
from .cli_identity import explain, forget, identity, verify
from .cli_metrics import metrics
from .cli_monitoring import actions, triggers
from .cli_nights import rollback, schedule
from .cli_pack import pack_app
from .cli_progress import progress as _progress
from .cli_sources import sources_app
from .errors import DataError, JourneyError, of_system

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
app.add_typer(pack_app, name="pack")
app.add_typer(sources_app, name="sources")
bench_app = typer.Typer()
app.add_typer(bench_app, name="bench")

Project = Annotated[Path, typer.Argument(
    metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Touchpoints = Annotated[int, typer.Option(min=1000, help="About so many.")]
HERE = Path()


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"journey_analytics {version('journey_analytics')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option(
        "--version", callback=_say_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; errors meant for the user end without a traceback.

    Whatever a command makes, its owner alone may read.
    """
    os.umask(0o077)
    try:
        app()
    except JourneyError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"{of_system(error)}\n")
        sys.exit(DataError.exit_code)
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
    accept: Annotated[list[str] | None, typer.Option(
        help="Source whose new files are right, whatever the gates say of them.")] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Read new files, rebuild journeys, publish the warehouse and refresh the pack.

    Files already read change nothing; broken ones are refused or quarantined and the rest goes on.
    Until the very end last night's warehouse stays in place.
    """
    from .notify import tell, telling_of_failure
    from .pipeline import run_project, warehouse_file
    from .printing import OUT, command, print_pain_points
    from .status import read_status

    with (_progress(enabled=not (quiet or as_json)) as progress,
          telling_of_failure(folder)):
        finished = run_project(folder, progress.line, progress.step, as_of, full,
                               tuple(accept or ()))
    status = read_status(folder)
    if as_json:
        from .printing import as_json as dumped

        typer.echo(dumped({**status, "seconds": finished.seconds,
                           "packs": [str(p) for p in finished.packs]}))
    else:
        OUT.print()
        print_pain_points(status["worst"], status["pain_points"])
        OUT.print()
        for pack in finished.packs:
            OUT.print(f"pack       {pack}", soft_wrap=True)
        OUT.print(f"warehouse  {warehouse_file(folder)}", soft_wrap=True)
        OUT.print(f"more       {command('status', folder)}", soft_wrap=True)
        for key in status["worth_explaining"]:
            OUT.print(f"           {command('explain', key, folder)}", soft_wrap=True)
    for problem in finished.problems:
        sys.stderr.write(f"warning: {problem}\n")
    if finished.problems:
        tell(folder, "problems", [p.public for p in finished.problems])
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



app.command()(explain)
app.command()(metrics)
app.command()(beliefs)
app.command()(actions)
app.command()(triggers)
app.command()(identity)
app.command()(verify)
app.command()(forget)
app.command()(rollback)
app.command()(schedule)


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    persons: Annotated[int, typer.Option(min=1, help="Customers.")] = 2000,
    days: Annotated[int, typer.Option(min=7, help="Days of data.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 7,
    dirt: Annotated[str, typer.Option(
        help="How hard to read: light, middle, heavy, or tidy files.")] = "middle",
    effects: Annotated[str | None, typer.Option(
        help="Score points each planted pain point costs, e.g. wait=3,hold=1.2; or 'shuffle'.",
    )] = None,
) -> None:
    """Generate a sample project with a planted truth, for tests and benchmarks."""
    from .sample import generate

    generate(folder, persons=persons, days=days, seed=seed, effects=effects, dirt=dirt)
    typer.echo(f"wrote {folder}/ (truth in {folder}/truth/)")


@bench_app.callback(invoke_without_command=True)
def bench(
    context: typer.Context,
    touchpoints: Touchpoints = 1_000_000,
    as_json: Json = False,
) -> None:
    """Measure on generated data; without a command, the steps."""
    if context.invoked_subcommand is None:
        bench_steps(touchpoints, as_json)


@bench_app.command("steps")
def bench_steps(touchpoints: Touchpoints = 1_000_000, as_json: Json = False) -> None:
    """Time each step, beside a bare sort and write of the same rows."""
    from .bench.printing import print_steps
    from .bench.steps import bench_steps as measured

    _bench(lambda say: measured(touchpoints, say), print_steps, as_json)


@bench_app.command("truth")
def bench_truth(
    seeds: Annotated[int, typer.Option(min=1, help="Projects and worlds of each sort.")] = 10,
    persons: Annotated[int, typer.Option(min=100, help="Customers of each.")] = 2000,
    journeys: Annotated[int, typer.Option(min=1000, help="Journeys of a world.")] = 20_000,
    as_json: Json = False,
) -> None:
    """Hold what is found against what was planted.

    Identity, contacts and journeys in whole projects at three levels of dirt, by pairs; pain points
    in worlds of journeys with planted effects; personas in worlds with and without any.
    """
    from .bench.effects import bench_effects
    from .bench.personas import bench_personas
    from .bench.printing import print_all_truth
    from .bench.truth import bench_truth as bench_records

    _bench(lambda say: {"records": bench_records(seeds, persons, say),
                        "effects": bench_effects(seeds, journeys, say),
                        "personas": bench_personas(seeds, persons, say)},
           print_all_truth, as_json)


@bench_app.command("identity")
def bench_identity(
    links: Annotated[int, typer.Option(
        min=1000, help="How many; a fifth is one path, a fifth one hub.")] = 5_000_000,
    as_json: Json = False,
) -> None:
    """Time the search for connected components beside bare scipy."""
    from .bench.identity import bench_identity as measured
    from .bench.printing import print_identity

    _bench(lambda say: measured(links, say), print_identity, as_json)


@bench_app.command("gates")
def bench_gates(
    nights: Annotated[int, typer.Option(min=1, help="Quiet nights of each world.")] = 60,
    worlds: Annotated[int, typer.Option(min=1, help="Call centres to simulate.")] = 3,
    calls: Annotated[int, typer.Option(min=100, help="Calls of an average day.")] = 400,
    as_json: Json = False,
) -> None:
    """Count quiet nights that gates refuse, and planted faults that they find."""
    from .bench.gates import bench_gates as measured
    from .bench.gates import print_gates

    _bench(lambda say: measured(nights, worlds, calls, say), print_gates, as_json)


@bench_app.command("peers")
def bench_peers(
    touchpoints: Annotated[int, typer.Argument(min=1000, help="How many.")] = 1_000_000,
    memory: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "4GB",
    rounds: Annotated[int, typer.Option(min=1, help="How often each is asked.")] = 3,
    keep: Annotated[Path | None, typer.Option(
        help="Folder for the touchpoints and the answers, left there.")] = None,
    as_json: Json = False,
) -> None:
    """Time questions about event logs beside a bare sort, Polars and pandas; compare the answers.

    Sessions; directly-follows with median and ninth decile; variants; switch and transfer flags;
    repeats within seven days.
    """
    from .bench.peers import bench_peers as measured
    from .bench.peers import print_peers

    _bench(lambda say: measured(touchpoints, memory, rounds, say, keep), print_peers, as_json)


@bench_app.command("reading")
def bench_reading(
    megabytes: Annotated[int, typer.Option(min=1, help="Size of each file.")] = 200,
    as_json: Json = False,
) -> None:
    """Time the readers of CSV and JSON lines beside the database's bare read of the same file."""
    from .bench.printing import print_reading
    from .bench.reading import bench_reading as measured

    _bench(lambda say: measured(megabytes, say), print_reading, as_json)


@bench_app.command("explore")
def bench_explore(touchpoints: Touchpoints = 1_000_000, as_json: Json = False) -> None:
    """Time the questions of the notebooks on a publication of that size."""
    from .bench.explore import bench_explore as measured
    from .bench.explore import print_explore

    _bench(lambda say: measured(touchpoints, say), print_explore, as_json)


@bench_app.command("nights")
def bench_nights(
    touchpoints: Annotated[int, typer.Option(
        min=1000, help="About so many in the history.")] = 10_000_000,
    night: Annotated[int, typer.Option(min=100, help="About so many a night.")] = 50_000,
    nights: Annotated[int, typer.Option(min=1, help="How many follow the history.")] = 30,
    as_json: Json = False,
) -> None:
    """Time nights beside a full rebuild of the same data, and weigh the files."""
    from .bench.nights import bench_nights as measured
    from .bench.printing import print_nights

    _bench(lambda say: measured(touchpoints, night, nights, say), print_nights, as_json)


def _bench(
    measure: Callable[[Callable[[str], None]], dict[str, Any]],
    show: Callable[[dict[str, Any]], None], as_json: bool,
) -> None:
    from .printing import as_json as dumped

    with _progress(enabled=not as_json) as progress:
        report = measure(progress.line)
    if as_json:
        typer.echo(dumped(report))
    else:
        show(report)
