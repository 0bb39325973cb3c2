"""From a `Heading` to the text of `windvane.toml`: only what differs is touched."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import msgspec
import tomlkit
from tomlkit.container import Container
from tomlkit.items import AoT, Table

from windvane.adapters.heading.reading import parse
from windvane.domain.alert import Channel
from windvane.domain.errors import Failed
from windvane.domain.estate import Calendar, Policy, Reading, Source
from windvane.domain.goal import Goal, sentence_mark, write_target
from windvane.domain.heading import Heading, LlmSettings, Wish
from windvane.domain.ports import Resources
from windvane.domain.record import Record

Plain = str | int | float | bool | list[str]
Tree = dict[str, "Leaf | Tree | list[Tree]"]


class Leaf(Record):
    """A value and whether it goes without saying: such a value is written only where the file already has its key."""

    value: Plain
    default: Plain | None = None


def save(path: Path, heading: Heading) -> None:
    """Write `heading` to `path` in one rename, after it was read back and found equal."""
    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else tomlkit.document()
    _merge(document, _tree(heading))
    text = tomlkit.dumps(document)
    if parse(text, name=heading.name) != heading:  # also refuses a literal secret
        raise Failed(
            f"`{path.name}` cannot be written without changing its meaning",
            code="heading.lossy",
            why="what was read back is not what was to be written",
            fix="move the file away and let it be written anew",
        )
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _tree(heading: Heading) -> Tree:
    tree: Tree = {"name": Leaf(value=heading.name)}
    tree["goals"] = [_wish(w) for w in heading.goals]
    tree["sources"] = {s.name: _source(s) for s in heading.sources}
    tree["calendar"] = _fields(heading.calendar, Calendar())
    policy = _fields(heading.policy, Policy())
    tree["policy"] = {k: v for k, v in policy.items() if k not in ("memory_mb", "model_spend")}
    if heading.llm is not None:
        llm = _fields(heading.llm, LlmSettings(provider=""))
        llm["prices"] = {
            p.model: {"input": Leaf(value=p.input), "output": Leaf(value=p.output)} for p in heading.llm.prices
        }
        tree["llm"] = llm
    tree["engine"] = _fields(heading.engine, Resources())
    tree["alerts"] = [_channel(c) for c in heading.alerts]
    return tree


def _wish(wish: Wish) -> Tree:
    tree: Tree = {"sentence": Leaf(value=wish.sentence)}
    if wish.goal is None:
        return tree
    goal = wish.goal
    tree |= {"kind": Leaf(value=goal.kind)}
    tree |= _fields(goal, Goal(sentence=""), leave=("sentence", "kind", "targets"))
    tree["targets"] = Leaf(value=[write_target(t) for t in goal.targets], default=[])
    tree["typed_from"] = Leaf(value=sentence_mark(wish.sentence))
    return tree


def _channel(channel: Channel) -> Tree:
    return {"kind": Leaf(value=channel.kind)} | _fields(channel, Channel(kind="", to=""), leave=("kind",))


def _source(source: Source) -> Tree:
    plain = Source(name="", connector="", location="")
    tree = _fields(source, plain, leave=("name", "reading", "columns"))
    columns = Leaf(value=list(source.columns), default=[])
    if source.reading is None:
        return tree | {"columns": columns}
    reading = _fields(source.reading, Reading())
    reading["format"] = Leaf(value=source.reading.format)
    return tree | {"reading": reading | {"columns": columns}}


def _fields(record: Record, plain: Record, *, leave: tuple[str, ...] = ()) -> Tree:
    defaults = msgspec.structs.asdict(plain)
    given = msgspec.structs.asdict(record)
    return {k: Leaf(value=_plain(v), default=_plain(defaults[k])) for k, v in given.items() if k not in leave}


def _plain(value: object) -> Plain:
    return list(value) if isinstance(value, tuple) else value  # type: ignore[return-value]


def _merge(table: Container | Table, tree: Tree) -> None:
    for key in [k for k in table if k not in tree]:
        del table[key]
    for key, wanted in tree.items():
        match wanted:
            case Leaf():
                _put(table, key, wanted)
            case list():
                _put_array(table, key, wanted)
            case dict():
                _put_table(table, key, wanted)


def _put(table: Container | Table, key: str, leaf: Leaf) -> None:
    if key not in table:
        if leaf.value != leaf.default:
            table[key] = leaf.value
    elif _spelled(table[key]) != leaf.value:
        table[key] = leaf.value


def _spelled(there: object) -> object:
    """A value of the file as the heading spells it: dates as texts."""
    if isinstance(there, list):
        return [_spelled(v) for v in there]
    return there.isoformat() if isinstance(there, date) else there


def _put_table(table: Container | Table, key: str, tree: Tree) -> None:
    if key not in table:
        fresh = tomlkit.table(is_super_table=all(isinstance(v, dict) for v in tree.values()))
        _merge(fresh, tree)
        if len(fresh):
            table[key] = fresh
        return
    inner = table[key]
    _merge(inner, tree)


def _put_array(table: Container | Table, key: str, trees: list[Tree]) -> None:
    there = table.get(key)
    old = list(there) if isinstance(there, AoT) else []
    if [_sentence(t) for t in trees[: len(old)]] == [_there(t) for t in old]:
        array = there if isinstance(there, AoT) else tomlkit.aot()
    else:  # goals were taken away or moved: those that stay keep their lines and comments
        array = tomlkit.aot()
        by_sentence = {_there(t): t for t in old}
        for tree in trees:
            array.append(by_sentence.pop(_sentence(tree), tomlkit.table()))
    for place, tree in enumerate(trees):
        fresh = place == len(array)
        if fresh:
            array.append(tomlkit.table())
        _merge(array[place], tree)
        if fresh and array is there:
            array[place].add(tomlkit.nl())  # what follows in the file stays apart from it
    if not trees:
        table.pop(key, None)
    elif array is not there:
        table[key] = array


def _there(table: Table) -> str:
    """What tells one table of an array from the others: the sentence of a goal, the address of a channel."""
    return str(table.get("sentence") or table.get("to"))


def _sentence(tree: Tree) -> str:
    leaf = tree.get("sentence") or tree["to"]
    return str(leaf.value) if isinstance(leaf, Leaf) else ""
