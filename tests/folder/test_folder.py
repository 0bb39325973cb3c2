"""The estate folder: what a person writes counts, what windvane writes is whole, and git tells who did which."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.killing import child, sweep
from windvane.adapters.folder import EstateFolder, Format
from windvane.adapters.folder.formats import MODELS, file_name, model_name
from windvane.adapters.ledger import Ledger
from windvane.domain.change import Put, Retire
from windvane.domain.errors import Failed, TryAgain, Unhealthy
from windvane.domain.estate import Asset, Check, Estate, Metric, Model, Ref, Source, ref_of
from windvane.domain.record import canonical, decode

HEADING = Estate(name="shop", assets=(Source(name="orders", connector="files", location="./csv"),))
METRICS = Format(
    kind="metric",
    folder="metrics",
    suffix=".osi.yaml",
    render=lambda asset: canonical(asset).decode(),
    parse=lambda text: decode(text, Metric),
)


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch) -> Path:
    """Git without the configuration of whoever runs the tests, and with an environment that must not matter."""
    place = tmp_path_factory.mktemp("home")
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_DIR", str(place / "elsewhere"))  # as inside a hook of another repository
    return place


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "my estate"
    (place / ".windvane").mkdir(parents=True)
    (place / "windvane.toml").write_text('goals = ["sell"]\n')
    return place


def opened(root: Path, told: list[str] | None = None) -> EstateFolder:
    memory = Ledger(root / ".windvane" / "ledger.sqlite")
    tell = told.append if told is not None else lambda _: None
    return EstateFolder(root, heading=lambda: HEADING, memory=memory, formats=(METRICS,), tell=tell)


def model(name: str, body: str = "SELECT 1 AS a") -> Model:
    return Model(name=name, text=f"MODEL (\n  name {name},\n  kind FULL\n);\n\n{body}\n")


def metric(name: str) -> Metric:
    return Metric(name=name, relation="core.orders", expression="sum(amount)")


def put(*assets: Asset) -> tuple[Put, ...]:
    return tuple(Put(asset=a) for a in assets)


def git(root: Path, *arguments: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k != "GIT_DIR"}
    return subprocess.run(
        ["git", *arguments], cwd=root, env=clean, check=True, capture_output=True, text=True
    ).stdout.strip()


def released(root: Path, *assets: Asset, decision: str = "D-1") -> str:
    folder = opened(root)
    folder.write(put(*assets))
    commit = folder.commit(decision=decision, title="Build", body="because")
    folder.settle()
    return commit


def test_what_is_written_is_read_back_and_only_what_differs_is_written(root):
    folder = opened(root)
    assets = (model("core.orders"), model("staging.orders"), metric("revenue"))
    assert folder.write(put(*assets)) == (
        "metrics/revenue.osi.yaml",
        "models/core/orders.sql",
        "models/staging/orders.sql",
    )
    assert set(folder.read().assets) == {*assets, *HEADING.assets}
    assert folder.read() == opened(root).read()
    assert folder.read().name == "shop"

    assert folder.write(put(*assets)) == ()
    assert folder.write(put(*assets[:2], metric("orders"))) == ("metrics/orders.osi.yaml",)
    assert folder.write((Retire(ref=Ref(kind="metric", name="revenue")),)) == ("metrics/revenue.osi.yaml",)
    assert folder.write((Retire(ref=Ref(kind="metric", name="revenue")),)) == ()
    assert Ref(kind="metric", name="revenue") not in {ref_of(a) for a in folder.read().assets}


def test_an_edit_of_a_person_is_seen_and_never_written_over(root):
    released(root, model("core.orders"), model("core.items"))
    folder = opened(root)
    assert folder.edited() == ()

    file = root / "models/core/orders.sql"
    file.write_text(model("core.orders", "SELECT 2 AS a").text)
    (root / "models/core/mine.sql").write_text(model("core.mine").text)

    assert folder.edited() == (model("core.mine"), model("core.orders", "SELECT 2 AS a"))
    change = put(model("core.orders", "SELECT 3 AS a"), model("core.items", "SELECT 3 AS a"))
    assert folder.kept(change) == ("models/core/orders.sql",)
    assert folder.write(change) == ("models/core/items.sql",)
    assert "SELECT 2" in file.read_text()
    folder.settle()
    assert len(opened(root).edited()) == 2  # settling the release does not settle what nobody has tried

    taken = put(*opened(root).edited())
    folder = opened(root)
    assert folder.write(taken) == ()
    folder.settle()
    assert opened(root).edited() == ()


def test_a_file_that_a_person_took_away_stays_away(root):
    released(root, model("core.orders"))
    (root / "models/core/orders.sql").unlink()
    folder = opened(root)
    assert folder.removed() == ("models/core/orders.sql",)
    assert folder.write(put(model("core.orders", "SELECT 2 AS a"))) == ()
    assert not (root / "models/core/orders.sql").exists()


def test_a_release_that_is_not_settled_is_no_edit_and_may_be_written_on(root):
    released(root, model("core.orders"))

    def write(n: int) -> None:
        opened(root).write(put(model("core.orders", f"SELECT {n} AS a")))

    write(2)  # and killed before it settled
    assert opened(root).edited() == ()
    child(lambda: write(3), at="folder.expect.after:1")
    assert "SELECT 2" in (root / "models/core/orders.sql").read_text()
    assert opened(root).edited() == ()
    write(3)
    assert "SELECT 3" in (root / "models/core/orders.sql").read_text()
    opened(root).settle()
    assert opened(root).edited() == ()


def test_killed_at_any_point_the_files_and_the_commits_are_the_same(root, tmp_path):
    kept = tmp_path / "before"
    released(root, model("core.orders"), model("core.old"), decision="D-1")
    (root / "models/core/mine.sql").write_text(model("core.mine").text)
    shutil.copytree(root, kept)
    changes = (
        *put(model("core.orders", "SELECT 2 AS a"), metric("revenue")),
        Retire(ref=Ref(kind="model", name="core.old")),
    )

    def fresh() -> None:
        shutil.rmtree(root)
        shutil.copytree(kept, root)

    def run() -> None:
        folder = opened(root)
        assert folder.edited() == (model("core.mine"),)
        folder.write(changes)
        assert folder.commit(decision="D-2", title="Change", body="- why")
        folder.settle()

    def check(n: int) -> None:
        names = {ref_of(a).name for a in opened(root).read().assets}
        assert names == {"orders", "core.orders", "core.mine", "revenue"}, n
        assert git(root, "log", "--format=%s") == "D-2 Change\nEdit models/core/mine.sql\nD-1 Build\nEdit windvane.toml"
        assert git(root, "status", "--porcelain") == ""
        assert opened(root).edited() == (model("core.mine"),)
        assert [p.name for p in root.rglob(".?*.windvane")] == []

    assert sweep(run, check, fresh) == 2 + (3 * 2 + 2) + 2 * 2 + 2


def test_a_file_is_replaced_as_a_whole(root, monkeypatch):
    released(root, model("core.orders"))
    before = (root / "models/core/orders.sql").read_text()
    assert child(lambda: opened(root).write(put(model("core.orders", "SELECT 2"))), at="folder.write.before:1") < 0
    assert (root / "models/core/orders.sql").read_text() == before

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TryAgain) as raised:
        opened(root).write(put(model("core.orders", "SELECT 3")))
    assert raised.value.code == "estate.disk"
    assert (root / "models/core/orders.sql").read_text() == before
    assert opened(root).edited() == ()


def test_the_fingerprint_follows_the_content_and_reads_only_what_changed(root, monkeypatch):
    released(root, *(model(f"core.m{i}") for i in range(20)))
    aged = 1_600_000_000
    for file in root.rglob("models/core/*.sql"):
        os.utime(file, (aged, aged))
    first = opened(root).fingerprint()
    monkeypatch.setattr("windvane.adapters.folder.scan._TICK_NS", -1)  # as if the files were old
    opened(root).fingerprint()
    read = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: read.append(self.name) or plain(self))
    assert opened(root).fingerprint() == first
    assert read == []

    file = root / "models/core/m7.sql"
    file.write_text(model("core.m7", "SELECT 2 AS a").text)  # same size
    os.utime(file, (aged, aged))  # and the old time, as some tools leave it
    assert opened(root).fingerprint() != first
    assert read == ["m7.sql"]
    (root / "windvane.toml").write_text('goals = ["more"]\n')
    second = opened(root).fingerprint()
    (root / ".windvane/anything").write_text("x")
    assert opened(root).fingerprint() == second


ODD = (
    "Umsatz €/Stück",
    "../../etc/passwd",
    "a\nb",
    ".hidden",
    "-rf",
    "trailing.",
    'x";DROP TABLE t;--',
    "日本 🎉",
    "n" * 300,
    " ",
    "%41",
    "A",
)


def test_odd_names_become_safe_files_of_their_own(root):
    folder = opened(root)
    folder.write(put(*(metric(name) for name in ODD)))
    files = sorted((root / "metrics").iterdir())
    assert len(files) == len(ODD)
    assert {a.name for a in opened(root).read().of(Metric)} == set(ODD)
    assert not [p for p in root.parent.rglob("passwd*")]
    assert folder.commit(decision="D-1", title="Odd\nnames", body="-m\n# not a comment")
    assert git(root, "log", "-1", "--format=%B") == "D-1 Odd names\n\n-m\n# not a comment"
    assert git(root, "status", "--porcelain") == ""


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_a_file_name_is_one_safe_part_and_tells_names_apart(one, other):
    name = file_name(one)
    assert "/" not in name and "\0" not in name and name not in (".", "..") and name.isprintable()
    assert len(name.encode()) <= 160
    assert (file_name(other) == name) == (one == other)


def test_a_model_is_known_by_its_header_wherever_its_file_lies(root):
    assert MODELS.path("core.orders") == model("core.orders").path
    assert model_name("models/x/y.sql", "-- MODEL (name a.b)\nMODEL (kind FULL, name Core.Orders);") == "core.orders"
    assert model_name("models/core/plain.sql", "SELECT 1") == "core.plain"
    place = root / "models/core/sub/anything.sql"
    place.parent.mkdir(parents=True)
    place.write_text(model("core.orders").text)
    folder = opened(root)
    folder.write(put(*folder.edited()))
    folder.settle()
    assert opened(root).write(put(model("core.orders", "SELECT 2"))) == ("models/core/sub/anything.sql",)

    (root / "models/core/orders.sql").write_text(model("core.orders").text)
    with pytest.raises(Unhealthy) as raised:
        opened(root).read()
    assert raised.value.code == "estate.twice" and "anything.sql" in raised.value.why


@pytest.mark.parametrize("content", [b"{not json", b"\xff\xfe", json.dumps({"type": "metric", "nme": 1}).encode()])
def test_a_file_that_cannot_be_read_is_named(root, content):
    (root / "metrics").mkdir()
    (root / "metrics/bad.osi.yaml").write_bytes(content)
    with pytest.raises(Unhealthy) as raised:
        opened(root).read()
    assert "metrics/bad.osi.yaml" in raised.value.message and raised.value.why and raised.value.fix


def test_a_kind_that_no_format_spells_is_refused(root):
    check = Check(name="c", relation="core.orders", rule="unique", sql="SELECT 1")
    with pytest.raises(Failed, match="no file format for check c"):
        opened(root).write(put(check))
    assert opened(root).write(put(*HEADING.assets)) == ()  # a source stands in the heading


def test_each_decision_is_one_commit_of_windvane_and_edits_are_the_persons(root, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Jane\n\temail = jane@example.org\n")
    first = released(root, model("core.orders"))
    assert git(root, "log", "--format=%s|%an|%cn") == "D-1 Build|windvane|Jane\nEdit windvane.toml|Jane|Jane"
    assert git(root, "branch", "--show-current") == "main"
    assert ".windvane" not in git(root, "ls-files")

    (root / "models/core/mine.sql").write_text(model("core.mine").text)
    (root / "notes.md").write_text("my own")
    git(root, "add", "notes.md")
    folder = opened(root)
    folder.write(put(model("core.orders", "SELECT 2 AS a")))
    second = folder.commit(decision="D-2", title="Repair", body="- rule: numbers")

    assert folder.commit(decision="D-2", title="Repair", body="again") == second != first
    assert (
        git(root, "show", "--name-only", "--format=%s|%an", "HEAD") == "D-2 Repair|windvane\n\nmodels/core/orders.sql"
    )
    assert git(root, "show", "--name-only", "--format=%s|%an", "HEAD~1") == (
        "Edit models/core/mine.sql|Jane\n\nmodels/core/mine.sql"
    )
    assert git(root, "status", "--porcelain") == "A  notes.md"  # staged by the person, and still so

    folder.write(put(*folder.edited()))
    assert folder.commit(decision="D-3", title="Nothing differs", body="") == ""


def test_an_edit_that_is_taken_over_is_committed_under_the_decision_with_the_persons_name(root, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Jane\n\temail = jane@example.org\n")
    released(root, model("core.orders"))
    (root / "models/core/orders.sql").write_text(model("core.orders", "SELECT 2 AS a").text)
    folder = opened(root)
    folder.write(put(*folder.edited()))
    folder.commit(decision="D-2", title="Take over the edit", body="")
    assert git(root, "log", "-1", "--format=%s|%an") == "D-2 Take over the edit|Jane"


def test_without_any_identity_a_local_one_is_set(root):
    released(root, model("core.orders"))
    assert git(root, "config", "--local", "user.name") == "windvane"
    assert git(root, "log", "--format=%an", "--", "windvane.toml") == "person"


def test_d_1_is_not_found_in_d_10_nor_in_a_body(root):
    released(root, model("core.orders"), decision="D-10")
    folder = opened(root)
    folder.write(put(model("core.items")))
    folder.commit(decision="D-11", title="Like D-1 but", body="D-1 was first")
    folder.write(put(model("core.rest")))
    assert folder.commit(decision="D-1", title="Late", body="") == git(root, "rev-parse", "HEAD")


@pytest.mark.parametrize("program", ["", "/bin/false"])
def test_work_goes_on_without_git_and_says_so(root, monkeypatch, program):
    monkeypatch.setattr(shutil, "which", lambda _: program or None)
    told: list[str] = []
    folder = opened(root, told)
    folder.write(put(model("core.orders")))
    assert folder.commit(decision="D-1", title="Build", body="") == ""
    assert len(told) == 1 and told[0].startswith("git ") and "ledger" in told[0]


def test_a_merge_under_way_is_left_alone(root):
    released(root, model("core.orders"))
    (root / ".git/MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"))
    told: list[str] = []
    folder = opened(root, told)
    folder.write(put(model("core.items")))
    assert folder.commit(decision="D-2", title="x", body="") == ""
    assert "MERGE_HEAD" in told[0]


def test_a_lock_of_another_git_is_waited_for_and_named(root, monkeypatch):
    released(root, model("core.orders"))
    (root / ".git/index.lock").touch()
    monkeypatch.setattr("windvane.adapters.folder.repository._LOCK_PATIENCE_S", 0.1)
    folder = opened(root)
    folder.write(put(model("core.items")))
    with pytest.raises(TryAgain) as raised:
        folder.commit(decision="D-2", title="x", body="")
    assert raised.value.code == "git.busy"
    (root / ".git/index.lock").unlink()
    assert folder.commit(decision="D-2", title="x", body="")


def test_an_estate_inside_another_repository_has_its_own(root):
    outer = root.parent
    git(outer, "init", "-q")
    released(root, model("core.orders"))
    assert git(outer, "status", "--porcelain").strip() == '?? "my estate/"'
    assert git(root, "log", "-1", "--format=%s") == "D-1 Build"
