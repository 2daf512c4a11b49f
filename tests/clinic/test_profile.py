"""Reading a profile file: what is built in, a user's own, and what is refused with which words."""

from pathlib import Path

import pytest
from sqlalchemy import BigInteger, String, Uuid, create_engine, select

from fisioflow_cli.clinic.profile import BUILT_IN, Profile, load_profile
from fisioflow_cli.clinic.relations import RELATIONS
from fisioflow_cli.errors import ProfileInvalid

HEAD = """
[profile]
name = "ours"
summary = "Our clinic"
dialects = ["sqlite"]
ids = "integer"
"""
REQUIRED = [relation.name for relation in RELATIONS if not relation.optional]
SELECTS = {name: f'{name} = "SELECT * FROM {name}"' for name in REQUIRED}


def write(folder: Path, content: str) -> str:
    path = folder / "ours.toml"
    path.write_text(content, encoding="utf-8")
    return str(path)


def document(head: str = HEAD, more: str = "", **selects: str) -> str:
    """A small profile that is right, but for what is given."""
    return "\n".join([head, "[relations]", *{**SELECTS, **selects}.values(), more])


def refusal(folder: Path, content: str) -> str:
    with pytest.raises(ProfileInvalid) as refused:
        load_profile(write(folder, content))
    message = refused.value.message
    assert "\n" not in message
    assert "ours.toml" in message
    return message


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_profile_reads_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    profile = load_profile(name)
    assert profile.name == name
    assert all(profile.has(relation) for relation in REQUIRED)


def test_copy_of_a_built_in_profile_is_a_profile(tmp_path: Path) -> None:
    """That is how a user begins: copy, rename, edit."""
    source = Path(__file__).parents[2] / "fisioflow_cli/clinic/profiles/neon-2026-08.toml"
    copied = load_profile(write(tmp_path, source.read_text(encoding="utf-8")))
    assert copied == load_profile("neon-2026-08")


def test_own_profile(tmp_path: Path) -> None:
    more = '[cleanup.health_logs]\ntable = "log.health"\nid = "id"\nolder_than = "at"'
    profile = load_profile(write(tmp_path, document(more=more)))
    assert (profile.name, profile.dialects, profile.ids) == ("ours", ("sqlite",), "integer")
    target = profile.cleanup["health_logs"]
    assert (target.name, target.table, target.id, target.older_than) == (
        *("health_logs", "log.health", "id", "at"),
    )
    assert profile.has("patients")
    assert not profile.has("payments")
    assert not profile.writes


@pytest.mark.parametrize(
    ("ids", "kind"), [("integer", BigInteger), ("text", String), ("uuid", Uuid)]
)
def test_ids_have_the_type_of_the_profile(tmp_path: Path, ids: str, kind: type) -> None:
    head = HEAD.replace("integer", ids)
    relation = load_profile(write(tmp_path, document(head))).relation("patients", "UTC")
    assert isinstance(relation.c.id.type, kind)
    assert isinstance(relation.c.organization_id.type, kind)
    assert type(relation.c.user_id.type) is String


def rows(profile: Profile, relation: str, timezone: str = "UTC") -> list[tuple[object, ...]]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        found = connection.execute(select(profile.relation(relation, timezone)))
        result = [tuple(row) for row in found]
    engine.dispose()
    return result


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    sql = "SELECT 'UTC' AS timezone, 1 AS active, 0 AS email_enabled, 1 AS whatsapp_enabled,"
    own = f'''organizations = """{sql} 'Vida: 50%' AS name, 7 AS id -- the end"""'''
    profile = load_profile(write(tmp_path, document(organizations=own)))
    assert rows(profile, "organizations") == [(7, "Vida: 50%", True, False, True, "UTC")]


def test_default_zone_is_a_parameter(tmp_path: Path) -> None:
    sql = "SELECT 1 AS id, '' AS name, 1 AS active, 1 AS email_enabled, 1 AS whatsapp_enabled,"
    own = f'organizations = "{sql} :timezone AS timezone;"'
    profile = load_profile(write(tmp_path, document(organizations=own)))
    assert rows(profile, "organizations", "America/Manaus")[0][-1] == "America/Manaus"


def test_missing_file_names_the_built_in_profiles(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, "supabase", "", "nul\0"):
        with pytest.raises(ProfileInvalid, match=r"cannot be read; .*supabase-2026-01"):
            load_profile(str(path))


def test_binary_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_bytes(b"\xff\xfe[profile]")
    with pytest.raises(ProfileInvalid, match="not UTF-8 text"):
        load_profile(str(tmp_path / "ours.toml"))


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, "[profile]\nname = \n")


@pytest.mark.parametrize(
    ("content", "key", "remedy"),
    [
        (document(payment='payment = "SELECT 1"'), "relations.payment", "payments"),
        (document(patients=""), "relations.patients", "write its SELECT"),
        (document(patients="patients = 3"), "relations.patients", "between quotes"),
        (document(patients='patients = " "'), "relations.patients", "between quotes"),
        (document(patients='patients = "SELECT :id"'), "relations.patients", ":timezone"),
        (document(more='[cleanup]\nhealth_logs = "x"'), "cleanup.health_logs", "section"),
        (document(more='[cleanup.tokens]\ntable = "t"'), "cleanup.tokens", "health_logs"),
        (document(more="[writes]\ndrop = 'DROP'"), "writes.drop", "expire_waitlist_offer"),
        (
            document(more="[writes]\nexpire_waitlist_offer = 'UPDATE :table'"),
            "writes.expire_waitlist_offer",
            ":id, :now",
        ),
        (document(more="[extra]"), "extra", "relations"),
        (document(HEAD + "colour = 1"), "profile.colour", "dialects"),
        (document(HEAD.replace("integer", "serial")), "profile.ids", "uuid, text, integer"),
        (document(HEAD.replace('"integer"', "[1]")), "profile.ids", "uuid, text, integer"),
        (document(HEAD.replace("sqlite", "mysql")), "profile.dialects", "postgresql"),
        (document(HEAD.replace('["sqlite"]', "[]")), "profile.dialects", "postgresql"),
        (document(HEAD.replace('"ours"', "true")), "profile.name", "between quotes"),
        ("[relations]", "profile.name", "between quotes"),
        ("profile = 1", "profile", "[profile]"),
        ("relations = 1\n" + HEAD, "relations", "[relations]"),
    ],
)
def test_refusal_names_file_key_and_remedy(
    tmp_path: Path, content: str, key: str, remedy: str
) -> None:
    message = refusal(tmp_path, content)
    assert f": {key} " in message
    assert remedy in message


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('id = "id"\nolder_than = "at"', "table"),
        ('table = "t"\nolder_than = "at"', "id"),
        ('table = "t"\nid = "id"', "older_than"),
        ('table = "t; DROP TABLE x"\nid = "id"\nolder_than = "at"', "table"),
        ('table = "t"\nid = "id, x"\nolder_than = "at"', "id"),
        ('table = "t"\nid = "id"\nolder_than = 30', "older_than"),
    ],
)
def test_clean_up_target_must_be_complete(tmp_path: Path, lines: str, key: str) -> None:
    message = refusal(tmp_path, document(more=f"[cleanup.health_logs]\n{lines}"))
    assert f"cleanup.health_logs.{key} " in message


def test_sessions_are_never_cleaned_by_age_alone(tmp_path: Path) -> None:
    lines = '[cleanup.sessions]\ntable = "s"\nid = "id"\nolder_than = "at"'
    assert "cleanup.sessions.older_than " in refusal(tmp_path, document(more=lines))
