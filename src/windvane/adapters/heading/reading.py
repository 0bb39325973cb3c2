"""From the text of `windvane.toml` to a `Heading`; every mistake is an error with its line."""

from __future__ import annotations

import re
import tomllib
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

from windvane.adapters.heading.section import Section
from windvane.adapters.secrets import REFERENCE, refuse_literals
from windvane.domain import registry
from windvane.domain.alert import Channel
from windvane.domain.calendar import valid_day_off
from windvane.domain.errors import Usage
from windvane.domain.estate import Autonomy, Calendar, Policy, Reading, Source
from windvane.domain.goal import AGGREGATES, Goal, Grain, ProductKind, Target, read_target, sentence_mark
from windvane.domain.heading import Heading, LlmSettings, ModelPrice, Wish
from windvane.domain.ports import Resources

Format = Literal["csv", "json", "ndjson", "parquet"]


def parse(text: str, *, name: str) -> Heading:
    """The heading that `text` spells; `name` is used when it gives none."""
    refuse_literals(text, file="windvane.toml")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        where = f"line {line[1]}" if line else f"line {text.count(chr(10)) + 1}, its end"
        raise Usage(
            f"`windvane.toml` is not valid TOML in {where}",
            code="heading.invalid",
            why=what[:1].lower() + what[1:],
            fix="correct the line; texts stand in quotes, lists in brackets",
        ) from None
    top = Section(values, text=text)
    engine = _engine(top.section("engine"))
    llm = _llm(top.section("llm")) if "llm" in top else None
    top.section("llm")
    heading = Heading(
        name=top.text("name", name),
        goals=tuple(_wish(s) for s in top.sections("goals")),
        sources=tuple(_source(n, s) for n, s in top.section("sources").members()),
        calendar=_calendar(top.section("calendar")),
        policy=_policy(top.section("policy"), engine=engine, llm=llm),
        llm=llm,
        engine=engine,
        alerts=tuple(_channel(s) for s in top.sections("alerts")),
    )
    top.end()
    return heading


def _wish(section: Section) -> Wish:
    sentence = section.required("sentence")
    mark = section.text("typed_from", sentence_mark(sentence))
    goal = Goal(
        sentence=sentence,
        kind=cast(ProductKind, section.choice("kind", get_args(ProductKind), "table")),
        measure=section.text("measure"),
        aggregate=section.choice("aggregate", AGGREGATES, ""),
        entities=section.texts("entities"),
        grain=cast(Grain, section.choice("grain", get_args(Grain), "")),
        horizon=section.whole("horizon", 0),
        targets=tuple(_target(section, t) for t in section.texts("targets")),
        constraints=section.texts("constraints"),
        proposer=section.text("proposer", "parser"),
    )
    section.end()
    typed = "kind" in section and mark == sentence_mark(sentence)
    return Wish(sentence=sentence, goal=goal if typed else None)


def _target(section: Section, text: str) -> Target:
    target = read_target(text)
    if target is None:
        section.fault(
            "targets", f"the target `{text}` cannot be read", fix='write it like "mean absolute error <= 7.5 points"'
        )
    return target


def _source(name: str, section: Section) -> Source:
    reading = _reading(section.section("reading")) if "reading" in section else None
    columns = section.section("reading").texts("columns") or section.texts("columns")
    source = Source(
        name=name,
        connector=section.required("connector"),
        location=section.required("location"),
        table=section.text("table"),
        reading=reading,
        columns=columns or section.texts("columns"),
        cursor=section.text("cursor"),
        delivery=section.text("delivery"),
    )
    section.end()
    return source


def _reading(section: Section) -> Reading:
    section.texts("columns")
    plain = Reading()
    reading = Reading(
        format=cast(Format, section.choice("format", get_args(Format), plain.format)),
        encoding=section.text("encoding", plain.encoding),
        delimiter=section.text("delimiter", plain.delimiter),
        quote=section.text("quote", plain.quote),
        escape=section.text("escape", plain.escape),
        header_line=section.whole("header_line", plain.header_line),
        skip_footer=section.whole("skip_footer", plain.skip_footer),
        comment=section.text("comment", plain.comment),
    )
    section.end()
    return reading


def _calendar(section: Section) -> Calendar:
    zone, days_off = section.text("zone", "UTC"), section.texts("days_off")
    section.end()
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        _bad_zone(section, zone)
    for day in days_off:
        if not valid_day_off(day):
            section.fault(
                "days_off",
                f"`{day}` is no day off",
                fix="write a date `2026-12-25`, a day of every year `12-25`, or a weekday `sunday`",
            )
    return Calendar(zone=zone, days_off=days_off)


def _bad_zone(section: Section, zone: str) -> None:
    from difflib import get_close_matches  # only after a mistake

    wanted = zone.replace(" ", "_").rpartition("/")[2].lower()
    zones = {z.rpartition("/")[2].lower(): z for z in sorted(available_timezones())}
    close = get_close_matches(wanted, zones, n=1, cutoff=0.7)
    section.fault(
        "zone",
        f"unknown time zone `{zone}`",
        "bad_zone",
        why="zones have names of the IANA database, like `Europe/Berlin`",
        fix=f"did you mean `{zones[close[0]]}`?" if close else "write the name of a zone, or `UTC`",
    )


def _policy(section: Section, *, engine: Resources, llm: LlmSettings | None) -> Policy:
    plain = Policy()
    policy = Policy(
        autonomy=cast(Autonomy, section.choice("autonomy", get_args(Autonomy), plain.autonomy)),
        max_quarantined_share=section.number("max_quarantined_share", plain.max_quarantined_share, most=1),
        max_restated_share=section.number("max_restated_share", plain.max_restated_share, most=1),
        max_moved_share=section.number("max_moved_share", plain.max_moved_share, most=1),
        max_departed_share=section.number("max_departed_share", plain.max_departed_share, most=1),
        slow_query_s=section.number("slow_query_s", plain.slow_query_s),
        memory_mb=engine.memory_mb,
        model_spend=llm.budget if llm is not None else 0.0,
    )
    section.end()
    return policy


def _llm(section: Section) -> LlmSettings:
    plain = LlmSettings(provider="")
    provider, key = section.required("provider"), section.text("key")
    if ":" not in provider:
        section.fault(
            "provider", f"`{provider}` names no model", fix="write `provider:model`, like `openai:gpt-5-mini`"
        )
    if key and REFERENCE.fullmatch(key) is None:
        section.fault("key", "`llm.key` must be a reference", "secret.literal", fix='write `key = "${env:NAME}"`')
    settings = LlmSettings(
        provider=provider,
        base_url=section.text("base_url"),
        key=key,
        budget=section.number("budget", plain.budget),
        prices=tuple(_price(n, s) for n, s in section.section("prices").members()),
        timeout_s=section.number("timeout_s", plain.timeout_s),
        retries=section.whole("retries", plain.retries),
    )
    section.end()
    return settings


def _price(model: str, section: Section) -> ModelPrice:
    price = ModelPrice(model=model, input=section.number("input", 0), output=section.number("output", 0))
    section.end()
    return price


def _channel(section: Section) -> Channel:
    kind = section.choice("kind", registry.names("windvane.adapters.alerts"), "webhook")
    channel = Channel(
        kind=kind, to=section.required("to"), through=section.text("through"), sender=section.text("sender")
    )
    section.end()
    if kind == "email" and not channel.through:
        section.fault("through", "a mail needs a server", "missing_key", fix='add `through = "smtp://host:25"`')
    return channel


def _engine(section: Section) -> Resources:
    plain = Resources()
    engine = Resources(
        memory_mb=section.whole("memory_mb", plain.memory_mb, least=64),
        threads=section.whole("threads", plain.threads, least=1),
        chunk_rows=section.whole("chunk_rows", plain.chunk_rows, least=1),
    )
    section.end()
    return engine
