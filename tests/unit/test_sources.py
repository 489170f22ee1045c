"""The configuration of sources: what it says, and how it says what is wrong."""

from datetime import date

import pytest

from extract.articles.sources import ConfigError, read_fetching, read_sources
from extract.settings import ROOT

HEAD = "sources:\n"
FEED = "  - id: {id}\n    name: N\n    kind: feed\n    path: {path}\n"


def write(folder, text, name="sources.yml"):
    (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (HEAD + FEED.format(id="a", path="https://a.example/f") + "    country: Ukraine\n", r"line 6: sources\.0\.country"),
        (HEAD + FEED.format(id="a", path="f.xml") + FEED.format(id="B c", path="f.xml"), r"line 6: sources\.1\.id"),
        (HEAD + FEED.format(id="a", path="https://a.example/{day}"), r"line 5: sources\.0\.path.*\{date\}"),
        (HEAD + "  - id: a\n    name: N\n    kind: podcast\n    path: x\n", r"line 4: sources\.0\.kind"),
        (HEAD + "  - id: a\n    name: N\n    kind: folder\n    path: https://a.example/\n", r"line 2: sources\.0: .*web address"),
        (HEAD + "  - id: a\n    name: N\n    kind: pages\n    path: inbox\n", r"line 2: sources\.0: .*web addresses"),
        (HEAD + "  - id: a\n    name: N\n    kind: warc\n    path: x\n    fetch: entry\n", r"line 2: sources\.0: .*only a feed"),
        (HEAD + "  - id: a\n    name: N\n    kind: feed\n    path: x\n    colour: red\n", r"line 6: sources\.0\.colour"),
        (HEAD + "  - name: N\n    kind: feed\n    path: x\n", r"line 2: sources\.0\.id: Field required"),
        ("fetching:\n  delay_s: -1\nsources: []\n", r"line 2: fetching\.delay_s"),
        (HEAD + FEED.format(id="a", path="x") * 2, r"line 6: sources\.1\.id: 'a' stands twice"),
        ("sources: [\n", r"not YAML"),
        ("", r"line 1: file"),
    ],
)  # fmt: skip
def test_message_names_file_line_and_field(tmp_path, text, where):
    with pytest.raises(ConfigError, match=rf"sources\.yml.*{where}"):
        read_sources(write(tmp_path, text))


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    text = HEAD + FEED.format(id="A", path="x") + "    language: English\n"
    with pytest.raises(ConfigError) as error:
        read_sources(write(tmp_path, text))
    assert len(str(error.value).splitlines()) == 2


def test_included_files_are_read_and_what_is_not_enabled_is_left_out(tmp_path):
    write(
        tmp_path,
        HEAD + FEED.format(id="b", path="x") + FEED.format(id="c", path="x") + "    enabled: false\n",
        "more.yml",
    )
    write(tmp_path, "include: [more.yml]\nfetching: {delay_s: 3}\n" + HEAD + FEED.format(id="a", path="x"))
    assert [s.id for s in read_sources(tmp_path)] == ["a", "b"]
    assert read_fetching(tmp_path).delay_s == 3


def test_an_id_that_an_included_file_uses_again_is_told_with_that_file(tmp_path):
    write(tmp_path, HEAD + FEED.format(id="a", path="x"), "more.yml")
    write(tmp_path, "include: [more.yml]\n" + HEAD + FEED.format(id="a", path="x"))
    with pytest.raises(ConfigError, match=r"more\.yml, line 2"):
        read_sources(tmp_path)


def test_paths_are_of_the_day_and_may_be_several(tmp_path):
    path = "['https://a.example/{date:%Y/%m}.xml', 'https://a.example/{date}']"
    [source] = read_sources(write(tmp_path, HEAD + FEED.format(id="a", path=path)))
    assert source.paths(date(2022, 10, 7)) == ["https://a.example/2022/10.xml", "https://a.example/2022-10-07"]
    assert source.uses_web
    assert not source.takes_entries


def test_bundled_sources_ask_nobody():
    assert not any(s.uses_web for s in read_sources(ROOT / "config"))


def test_shipped_outlets_are_whole(tmp_path):
    (tmp_path / "outlets.yml").write_text((ROOT / "config" / "outlets.yml").read_text())
    write(tmp_path, "include: [outlets.yml]\nsources: []\n")
    outlets = read_sources(tmp_path)
    assert len(outlets) >= 45
    for o in outlets:
        assert o.uses_web
        assert o.domain and o.country and o.language and o.topics
        assert o.verified and o.verified.startswith(("second-hand: ", "no: "))
        assert set(o.topics) <= {"ukraine", "iran", "starlink"}
    for topic in ("ukraine", "iran", "starlink"):
        assert sum(topic in o.topics for o in outlets) >= 15
    states = {(o.country, o.state_affiliation) for o in outlets}
    assert {
        ("UKR", "none"),
        ("UKR", "state-owned"),
        ("RUS", "state-owned"),
        ("IRN", "state-owned"),
        ("LVA", "none"),
    } <= states


@pytest.mark.parametrize("command", [["run"], ["ingest"], ["sources", "check"]])
def test_commands_tell_what_is_wrong_without_a_traceback(tmp_path, monkeypatch, command):
    from typer.testing import CliRunner

    from extract import cli
    from extract.settings import Settings

    write(tmp_path, HEAD + FEED.format(id="A", path="x"))
    monkeypatch.setattr(cli, "settings", lambda: Settings(data=tmp_path / "data", config=tmp_path))
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 1
    assert "line 2: sources.0.id" in done.output
    assert "Traceback" not in done.output
