"""Asks `audience`, DuckDB, Polars and DataFusion the same segments about ten million customers and their twenty million events.

    python3 benches/rivals/engines/compare.py

makes an environment with the packages of `requirements.txt` under `target/engines`, and the data, once. Then the engines take turns, each
turn in a process of its own that lies on one core or on two: it reads the files, holds the data in the form that suits the engine best,
runs each question once without a clock, and then some rounds with it; a hundred segments once, after the others. Reading, holding and
writing the question down are in no time. `audience` has compiled its definitions by then, and plans its passes over the columns in the time; SQL is
read and planned, and a lazy frame is planned, in the time. What counts of a turn is the median of its rounds, and of all turns the
median. Times are those of the processor on one core, and of the wall on more. All counts must be the same in all engines, or the script
fails. It prints a table in Markdown.

`--customers N` asks fewer, `--turns N` sets how many turns there are, `--engines A,B`, `--questions A,B` and `--cores 1,2` choose, and
`--before COMMAND` puts a command before each turn, such as `nice`.
"""

import argparse
import functools
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RIVALS = HERE.parent
TARGET = RIVALS.parents[1] / "target" / "engines"
# Those that take long come after the others, so that nothing is met for the first time, and have no round without a clock.
QUESTIONS = {"ten": "ten conditions", "all_three": "windowed events", "hundred": "100 segments"}
ROUNDS = {"ten": 5, "hundred": 1, "all_three": 5}


def enter_environment():
    """Goes on with the packages that are needed, which are installed first where they are not there."""
    python = TARGET / "venv" / "bin" / "python"
    if pathlib.Path(sys.prefix) == python.parents[1]:
        return
    wanted = (HERE / "requirements.txt").read_text()
    installed = TARGET / "venv" / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(TARGET / "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        installed.write_text(wanted)
    os.execv(python, [str(python), *sys.argv])


def turn(engine, folder, cores, questions):
    """One turn of another engine, in this process; prints a line of JSON per question."""
    import data
    import rivals

    rival = rivals.ENGINES[engine](folder, cores)
    rules = data.hundred()
    asked = {
        "ten": lambda: rival.ten(data.Ten.first()),
        "hundred": lambda: rival.hundred(rules),
        "all_three": rival.all_three,
    }
    clock = time.process_time if cores == 1 else time.perf_counter
    for question in questions:
        seconds = []
        answer = asked[question]()
        if ROUNDS[question] > 1:
            answer()
        for _ in range(ROUNDS[question]):
            begin = clock()
            found = answer()
            seconds.append(clock() - begin)
        print(json.dumps({"engine": rival.name, "question": question, "seconds": seconds, "found": found}), flush=True)


def turns(options, engine, cores, folder):
    """The lines that one turn of an engine in a process of its own has printed."""
    if engine == "audience":
        command = [program(), str(folder), str(cores), *options.questions]
    else:
        command = [sys.executable, __file__, "--turn", engine, str(folder), str(cores), *options.questions]
    command = [*shlex.split(options.before), *command]
    few = sorted(os.sched_getaffinity(0))[:cores]
    held = functools.partial(os.sched_setaffinity, 0, few)
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, preexec_fn=held).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def program():
    """The path of our own program, built where it is not there yet."""
    command = ["cargo", "bench", "--locked", "--no-run", "--bench", "engines", "--message-format", "json"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET.parent)}
    output = subprocess.run(command, cwd=RIVALS, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines()]
    return next(it["executable"] for it in messages if it.get("executable") and it["target"]["name"] == "engines")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=10_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--engines", default="audience,duckdb,polars,datafusion", type=lambda it: it.split(","))
    parser.add_argument("--questions", default=",".join(QUESTIONS), type=lambda it: it.split(","))
    parser.add_argument("--cores", default="1,2", type=lambda it: [int(it) for it in it.split(",")])
    parser.add_argument("--before", default="")
    options = parser.parse_args()
    import data

    folder = TARGET / f"data_{options.customers}"
    data.make(folder, options.customers)
    names, seconds, found, memory = {}, {}, {}, []
    for _ in range(options.turns):
        for cores in options.cores:
            for engine in options.engines:
                for line in turns(options, engine, cores, folder):
                    if "question" not in line:
                        memory.append(line)
                        continue
                    names[engine] = line["engine"]
                    question = line["question"]
                    counts = found.setdefault(question, line["found"])
                    if counts != line["found"]:
                        sys.exit(f"{engine} finds others for {question}: {line['found']} and not {counts}")
                    seconds.setdefault((engine, question, cores), []).append(statistics.median(line["seconds"]))
                    print(engine, cores, question, [round(it, 4) for it in line["seconds"]], file=sys.stderr, flush=True)
    print(f"{options.customers:,} customers, {2 * options.customers:,} events, medians of {options.turns} turns\n")
    columns = [(question, cores) for cores in options.cores for question in options.questions]
    heads = [f"{QUESTIONS[question]}, {'one core' if cores == 1 else f'{cores} cores'}" for question, cores in columns]
    print("| |", " | ".join(heads), "|")
    print("|---" * (len(heads) + 1) + "|")
    for engine in options.engines:
        times = [statistics.median(seconds[engine, *column]) * 1000 for column in columns]
        print(f"| {names[engine]} |", " | ".join(f"{it:,.0f} ms" for it in times), "|")
    if memory:
        most = max(memory, key=lambda it: it["peak"])
        print(
            f"\naudience: columns of {most['columns'] / 1e6:,.0f} MB, at most {most['peak'] / 1e6:,.0f} MB in the process, "
            f"{most['peak'] / most['columns']:.2f} times as much; checked in {most['checking']:.2f} s"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--turn"]:
        turn(sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
    else:
        enter_environment()
        main()
