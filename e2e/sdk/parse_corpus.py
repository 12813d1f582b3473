"""Runs the parser of the stock ClearML SDK over texts: the oracle for crates/clientconf.

    parse_corpus.py --write                 answers for every text of the corpus, into corpus/expected.json
    parse_corpus.py --fuzz N --parser FILE  N texts mutated from the corpus, through this parser and the given program (the
                                            example `parse` of the crate); prints each difference, exits with 1 if there is one

The answer to a text is the JSON of what the SDK has of it, or "refused". The environment has HOME=/home/someone and nothing
else, the working directory is empty, and no address is opened.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import logging
from datetime import timedelta
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "crates" / "clientconf" / "corpus"
HOME = "/home/someone"
SECONDS = 2

for name in list(os.environ):
    del os.environ[name]
os.environ["HOME"] = HOME

from clearml.utilities.pyhocon import ConfigFactory, ConfigTree  # noqa: E402
from clearml.utilities.pyhocon.config_tree import ConfigValues, NoneValue  # noqa: E402

logging.disable(logging.CRITICAL)
os.chdir(tempfile.mkdtemp())
# An address that does not answer adds nothing to a text; so does every address here.
ConfigFactory.parse_URL = classmethod(lambda cls, url, **_: [])


class TooLong(BaseException):
    """The parser of the SDK does not come to an end."""


def give_up(*_):
    raise TooLong


signal.signal(signal.SIGALRM, give_up)


def quoted(text: str) -> str:
    parts = ['"']
    for c in text:
        if c in '"\\':
            parts.append("\\" + c)
        elif c in "\n\r\t":
            parts.append({"\n": "\\n", "\r": "\\r", "\t": "\\t"}[c])
        elif ord(c) < 0x20:
            parts.append(f"\\u{ord(c):04x}")
        else:
            parts.append(c)
    return "".join(parts) + '"'


def canonical(value) -> str:
    if value is None or isinstance(value, NoneValue):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return quoted(repr(value)) if "inf" in repr(value) else repr(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(quoted(str(k)) + ":" + canonical(v) for k, v in value.items()) + "}"
    if isinstance(value, timedelta) or type(value).__name__ == "relativedelta":
        return quoted(str(value))
    raise TypeError(type(value).__name__)


def answer(text: str) -> str:
    """What the SDK has of a vault with this text, or why not."""
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        tree = ConfigFactory.parse_string(text)
        if not isinstance(tree, ConfigTree):
            return "refused: no keys"
        result = canonical(tree.as_plain_ordered_dict())
        return "refused: an address of an object" if " object at 0x" in result else result
    except Exception as trouble:
        return f"refused: {type(trouble).__name__}: {str(trouble)[:200]}"
    except TooLong:
        return "refused: no end"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def corpus() -> dict:
    return {p.name: p.read_bytes().decode() for p in sorted(CORPUS.iterdir()) if p.suffix in (".conf", ".json") and p.name not in ("expected.json", "limits.json")}


def write() -> int:
    answers = {name: answer(text).split(":")[0] if answer(text).startswith("refused") else answer(text) for name, text in corpus().items()}
    (CORPUS / "expected.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(answers)} texts, {sum(a == 'refused' for a in answers.values())} refused")
    return 0


SNIPPETS = """{ } [ ] = : += , \n # // " \"\"\" ${a} ${?a} ${a.b} ${HOME} ${?HOME} ${x} ${b} ${c} \\ \\n \\\n . a b c a.b x.y "a.b" 1 2.5 1e5 -3
true null 5s 10 ms\t include "x" ~ é × ' ; ( ) - / ? * yes \r 0 007 .5 "" [] {} "\\u00e9" a{ }b [1,2] += [3] += x a=${a}1 a=${?a}[2]
c=${a}${b} b={c:${?a}} a.b=${a.c} a={a:1}""".split(" ")


def mutated(chance: random.Random, texts: list) -> str:
    text = chance.choice(texts)
    if len(text) > 600:
        start = chance.randrange(len(text))
        text = text[start : start + chance.randrange(20, 600)]
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9))):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice((0, 0, 1, 1, 2, 5, 20)))
        match chance.randrange(7):
            case 0:
                text = text[:at] + text[end:]
            case 1 | 2 | 3:
                text = text[:at] + chance.choice(SNIPPETS) + text[end if chance.random() < 0.3 else at :]
            case 4:
                text = text[:at] + text[at:end] * 2 + text[end:]
            case 5:
                other = chance.choice(texts)
                start = chance.randrange(len(other) + 1)
                text = text[:at] + other[start : start + 30] + text[at:]
            case 6:
                lines = text.split("\n")
                chance.shuffle(lines)
                text = "\n".join(lines)
    return text


KEYS = ["a", "b", "c", "a.b", "a.c", "b.a", "a.b.c", '"a.b"', '"c d"', "HOME", "r.a", "x"]
NAMES = ["a", "b", "c", "a.b", "a.c", "b.a", "a.b.c", '"a.b"', "HOME", "?a", "?b", "?a.b", "?c", "?HOME", "?nope", "r.a", "?x", "x"]
WORDS = ["1", "2.5", "x", '"y"', '"y" ', "true", "null", "-3", "w z", "5s", '""', "0", "1e3", '"""t"""', "http://h/p"]


def value(chance: random.Random, depth: int) -> str:
    parts = []
    shape = chance.random()
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if chance.random() < 0.35:
            parts.append("${" + chance.choice(NAMES) + "}")
        elif shape < 0.2 and depth < 3:
            parts.append("[" + chance.choice((", ", "\n", ",")).join(value(chance, depth + 1) for _ in range(chance.randrange(4))) + "]")
        elif shape < 0.45 and depth < 3:
            parts.append("{" + keys(chance, depth + 1, chance.randrange(3)) + "}")
        else:
            parts.append(chance.choice(WORDS))
    return chance.choice(("", " ", "  ")).join(parts)


def keys(chance: random.Random, depth: int, count: int) -> str:
    """Lines that mostly are legal, with many substitutions: what mutation seldom finds."""
    lines = []
    for _ in range(count):
        sign = chance.choice((" = ", " = ", ": ", " += ", "=", " = ")) if chance.random() < 0.9 else " "
        lines.append(chance.choice(KEYS) + sign + (value(chance, depth) if sign != " " else "{" + keys(chance, depth + 1, 2) + "}"))
    return chance.choice(("\n", "\n", ", ")).join(lines)


def generated(chance: random.Random) -> str:
    lines = keys(chance, 0, chance.randrange(1, 7)).split("\n")
    if chance.random() < 0.7:
        known = {"a.b": "t", "a.c": "{k = 1}", "b.a": "[1]", "c": "2", "x": "w", "r.a": "{b = ${c}}"}
        for name in chance.sample(sorted(known), chance.randrange(7)):
            lines.insert(chance.randrange(len(lines) + 1), f"{name} = {known[name]}")
    return "\n".join(lines) + chance.choice(("", "\n"))


# Where this program stops on purpose and the client goes on: see the documentation of the crate.
LIMITS = ("nested this deep", "nest too deep", "grows too large", "1 MiB", "duration is too long", "nothing sensible")


def fuzz(count: int, parser: str, seed: int) -> int:
    chance = random.Random(seed)
    texts = list(corpus().values()) + ["a = 1\nb = ${a}\nc = ${b} x\n", "a { b = 1 }\na { c = ${a.b} }\n", "a = [1]\na += 2\na = ${a} [3]\n"]
    differences = refused = limits = 0
    for start in range(0, count, 2000):
        batch = [mutated(chance, texts) if chance.random() < 0.5 else generated(chance) for _ in range(min(2000, count - start))]
        run = subprocess.run([parser], input="".join(json.dumps(t) + "\n" for t in batch).encode(), stdout=subprocess.PIPE, check=True)
        ours = [json.loads(line) for line in run.stdout.decode().splitlines()]
        for text, mine in zip(batch, ours, strict=True):
            theirs = answer(text)
            refused += theirs.startswith("refused")
            if theirs == mine or theirs.startswith("refused") and mine.startswith("refused"):
                continue
            if mine.startswith("refused") and any(limit in mine for limit in LIMITS):
                limits += 1
                continue
            differences += 1
            print(json.dumps({"text": text, "theirs": theirs[:300], "ours": mine[:300]}, ensure_ascii=False), flush=True)
    print(f"{count} texts, {refused} refused by the client, {limits} only by our limits, {differences} differences, seed {seed}", file=sys.stderr)
    return 1 if differences else 0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--fuzz", type=int, default=0)
    arguments.add_argument("--parser")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    if given.write:
        return write()
    return fuzz(given.fuzz, given.parser, given.seed)


if __name__ == "__main__":
    sys.exit(main())
