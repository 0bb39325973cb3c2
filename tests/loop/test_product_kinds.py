"""A sentence becomes a product of its kind: a class, segments, a score of what is unusual, each with its card."""

from __future__ import annotations

import re
from pathlib import Path

import kind_worlds
import pytest

import windvane
from windvane.app import founding, reading, running
from windvane.app.story import incidents
from windvane.app.story.card import Card, card
from windvane.domain.entry import Diagnosed


class Built:
    """One estate, founded and run on one sentence."""

    def __init__(self, root: Path, sentence: str) -> None:
        self.home, self.said = root / "estate", list[str]()
        founding.init((str(root / "data"),), sentence, self.home, emit=self.keep, answer="1")
        (self.name,) = running.run(self.home, emit=self.keep).products

    def keep(self, event: object) -> None:
        self.said.append(str(getattr(event, "text", "")))

    def card(self) -> Card:
        return card(reading.book(self.home), self.name)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(windvane.open(self.home).sql(sql.replace("{p}", f"mart.{self.name}")).rows())


@pytest.fixture(scope="module")
def fraud(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("fraud")
    kind_worlds.payments(root / "data")
    return Built(root, kind_worlds.FRAUD)


def test_fraud_is_told_beside_what_costs_nothing_with_labels_that_come_late(fraud: Built) -> None:
    told = fraud.card()
    assert told.kind == "classification" and told.standing == "met"
    assert told.naive[0].startswith("the share of cases so far: average precision 0.")
    assert told.estimator.startswith("classifier of amount")
    sealed = next(m for m in told.measured if m.window == "sealed")
    assert {m.split(" 0")[0] for m in sealed.measures} >= {"average precision", "brier", "auc"}
    assert told.decisions and told.lineage and not any("nothing is said of when it is known" in a for a in told.limits)


def test_the_label_under_another_name_is_left_out_with_its_reason_and_the_rest_is_tried(fraud: Built) -> None:
    said = [t for t in fraud.said if "refunds is left out: twin: it tells the classes apart" in t]
    assert len(said) == 2, "once for each plan of the modeler"
    book = reading.book(fraud.home)
    tried = {d.title: d for d in book.decisions.values() if d.title.startswith("Tell ")}
    assert len(tried) == 2 and all(t.endswith(", without refunds") for t in tried)
    assert "promote" in {d.verdict.outcome for d in tried.values()} and "refunds" not in fraud.card().estimator
    assert not any("refunds" in str(r[0]) for r in fraud.rows("SELECT column_name FROM (DESCRIBE {p}_input)"))


def test_a_row_of_a_class_is_not_joined_to_itself(fraud: Built) -> None:
    plans = reading.book(fraud.home).plans.values()
    assert not any(p.title.startswith("Join core.transactions") for p in plans)


def test_how_far_probabilities_and_alarms_can_be_relied_on_stands_on_the_card(fraud: Built) -> None:
    for window in fraud.card().measured:
        told = {m.partition(" 0.")[0]: m for m in window.measures}
        assert told["calibration error"].endswith("0 rows") and " of " in told["alarm precision"]
        error, count = re.match(r"calibration error (\S+) of ([\d,]+) rows", told["calibration error"]).groups()
        assert float(error) < 0.05 and int(count.replace(",", "")) > 1000
    sealed = next(m for m in fraud.card().measured if m.window == "sealed")
    share, many = re.match(r"alarm precision (\S+) of (\d+) alarms", sealed.measures[-1]).groups()
    shown = fraud.rows(
        f"SELECT AVG(actual), COUNT(*) FROM {{p}} WHERE alarm AND decided_at BETWEEN TIMESTAMP '{sealed.begins}' "
        f"AND TIMESTAMP '{sealed.ends}' AND actual IS NOT NULL"
    )[0]
    assert int(many) == int(str(shown[1])) and float(share) == pytest.approx(float(str(shown[0])), abs=1e-3)


def test_as_many_alarms_as_can_be_looked_at_and_no_probability_beyond_0_and_1(fraud: Built) -> None:
    most, low, high = fraud.rows(
        "SELECT MAX(n), MIN(low), MAX(high) FROM (SELECT SUM(CASE WHEN alarm THEN 1 ELSE 0 END) AS n, "
        "MIN(estimate) AS low, MAX(estimate) AS high FROM {p} GROUP BY decided_at) AS days"
    )[0]
    assert int(str(most)) == 4 and 0 <= float(str(low)) <= float(str(high)) <= 1
    caught, any_row = fraud.rows("SELECT AVG(CASE WHEN alarm THEN actual END), AVG(actual) FROM {p}")[0]
    assert float(str(caught)) > 3 * float(str(any_row))


def test_a_label_counts_only_from_when_it_is_known(fraud: Built) -> None:
    gaps = fraud.rows("SELECT MIN(CAST(known_at AS DATE) - CAST(decided_at AS DATE)) FROM {p}_input")
    assert int(str(gaps[0][0])) >= 1


def test_machines_that_fail_soon_are_told_by_how_they_are(tmp_path: Path) -> None:
    kind_worlds.machines(tmp_path / "data")
    built = Built(tmp_path, kind_worlds.FAILURES)
    told = built.card()
    assert told.kind == "classification" and told.naive[0].startswith("the share of cases so far: ")
    assert "classifier of " in told.estimator and "vibration" in told.estimator
    open_ones = built.rows("SELECT COUNT(*) FROM {p}_input WHERE target IS NULL")
    assert int(str(open_ones[0][0])) == 20 * 10, "the last ten days of twenty machines are not over"
    risk = built.rows(
        "SELECT AVG(CASE WHEN actual = 1 THEN estimate END), AVG(CASE WHEN actual = 0 THEN estimate END) FROM {p}"
    )
    assert float(str(risk[0][0])) > 2 * float(str(risk[0][1]))


def test_customers_fall_into_segments_in_words_and_a_shift_of_membership_is_told(tmp_path: Path) -> None:
    kind_worlds.orders(tmp_path / "data")
    built = Built(tmp_path, kind_worlds.SEGMENTS)
    told = built.card()
    assert told.kind == "segmentation" and told.standing == "no target named"
    assert any(t.startswith("thirds by ") for t in told.naive)
    assert sum(t.startswith("segment ") for t in told.outcome) == 3
    assert [int(str(r[0])) for r in built.rows("SELECT DISTINCT segment FROM {p} ORDER BY 1")] == [0, 1, 2]
    kind_worlds.orders(tmp_path / "data", days=700, shift=330)
    running.run(built.home, emit=built.keep)
    book = reading.book(built.home)
    drift = [i for i in book.incidents.values() if i.signals[0].kind == "drift"]
    assert len(drift) == 1 and drift[0].cause == "drift" and "changed segment" in drift[0].signals[0].observed
    (made,) = [d for d in book.decisions.values() if d.incident == drift[0].id]
    assert made.title == "mart.customer_segments: 2 segments, made anew" and made.verdict.outcome == "promote"
    measured = book.trials[made.plan]
    was, now = ({m.name: m.value or 0.0 for m in side} for side in (measured.before, measured.after))
    assert now["silhouette"] > 0.4 > was["silhouette"] and now["stability"] >= 0.8
    assert incidents.incidents(book)[-1].fate == "healed" and built.card().standing == "no target named"
    last = "SELECT DISTINCT segment FROM {p} WHERE decided_at = (SELECT MAX(decided_at) FROM {p}) ORDER BY 1"
    assert [int(str(r[0])) for r in built.rows(last)] == [0, 1]
    versions = built.rows("SELECT COUNT(DISTINCT version) FROM {p}")
    assert int(str(versions[0][0])) == 2, "months before stay in the segments of their time"
    before = len(reading.book(built.home).entries)
    running.run(built.home, emit=built.keep)
    again = reading.book(built.home)
    assert not any(isinstance(e.body, Diagnosed) for e in again.entries[before:]), "the incident is closed"


def test_segments_that_nothing_can_replace_yet_are_looked_at_again_when_half_as_many_months_have_come(
    tmp_path: Path,
) -> None:
    def drifts(days: int) -> list[str]:
        kind_worlds.orders(tmp_path / "data", days=days, shift=200, later=1, of=60)
        running.run(built.home, emit=built.keep)
        book = reading.book(built.home)
        found = [i.id for i in book.incidents.values() if i.signals[0].kind == "drift"]
        outcomes = {d.incident: d.verdict.outcome for d in book.decisions.values() if d.incident in found}
        assert outcomes == dict.fromkeys(found, "reject"), "all buy alike: no segments come out again"
        assert [r.end for r in book.rounds if r.incident in found] == ["no"] * len(found)
        return found

    kind_worlds.orders(tmp_path / "data", days=200, of=60)
    built = Built(tmp_path, kind_worlds.SEGMENTS)
    first = drifts(400)
    assert len(first) == 1
    assert drifts(430) == first, "one month more tells nothing new"
    assert len(drifts(540)) == 2, "it is asked again of what came since"


def test_each_day_of_a_sensor_gets_a_score_and_what_is_far_off_an_alarm(tmp_path: Path) -> None:
    kind_worlds.sensors(tmp_path / "data")
    built = Built(tmp_path, kind_worlds.ANOMALIES)
    assert built.card().kind == "anomaly"
    found = built.rows("SELECT CAST(target_at AS DATE), score FROM {p} WHERE alarm ORDER BY score DESC")
    assert {str(day) for day, _ in found[:2]} == {"2024-07-19", "2024-09-17"} and len(found) <= 6
    assert all(float(str(score)) > 1 for _, score in found)
    entities = built.rows("SELECT COUNT(DISTINCT sensor) FROM {p}")
    assert int(str(entities[0][0])) == 1
