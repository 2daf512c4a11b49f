"""The settings: what may be written, where it may come from, and that no value is ever repeated."""

from itertools import product
from pathlib import Path

import pytest
from pydantic import SecretStr

from fisioflow_cli.errors import ConfigurationError, InvalidSetting, MissingSetting
from fisioflow_cli.settings import (
    Settings,
    from_process,
    load,
    parse_window,
    secret_files,
    surmise,
)

SECRET = "s3cret-value"
NAMES = [str(field.validation_alias) for field in Settings.model_fields.values()]
SECRETS = {
    "FISIOFLOW_PING_URL",
    *("DATABASE_URL", "FISIOFLOW_LEDGER_URL", "RESEND_API_KEY"),
    *("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_API_KEY"),
    *("OPENAI_API_KEY", "VAPID_PRIVATE_KEY", "INNGEST_EVENT_KEY"),
    "FISIOFLOW_DASHBOARD_TOKEN",
}


def read(folder: Path, **environ: str) -> Settings:
    return load(environ, folder)


def refusal(folder: Path, **environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(environ, folder)
    return caught.value.message


def test_nothing_set_is_a_laptop(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.environment == "development"
    assert not settings.production
    assert settings.home.is_absolute()
    assert settings.database_url is None
    assert settings.clinic_profile == "fisioflow"
    assert settings.timezone == "America/Sao_Paulo"
    assert settings.send_window == "08:00-20:00"
    assert (settings.lease_seconds, settings.payload_days) == (60, 90)
    assert settings.resend_api_url == "https://api.resend.com"
    assert not any((settings.message_minors, settings.require_consent, settings.allow_recipients))


def test_home_is_under_the_user_s_data(tmp_path: Path) -> None:
    assert read(tmp_path).home == tmp_path / "fisioflow"
    assert read(tmp_path, FISIOFLOW_HOME="/srv/fisioflow").home == Path("/srv/fisioflow")


@pytest.mark.parametrize(
    "name", ["production", "development", "preview:main", "preview:feat/agenda-2.1_x"]
)
def test_environments(tmp_path: Path, name: str) -> None:
    settings = read(tmp_path, FISIOFLOW_ENV=name)
    assert settings.environment == name
    assert settings.production == (name == "production")


@pytest.mark.parametrize(
    "name",
    [
        *("prod", "Production", " production", "staging"),
        *("preview", "preview:", "preview:a b", "preview:" + "x" * 101),
    ],
)
def test_what_is_no_environment_is_refused(tmp_path: Path, name: str) -> None:
    assert "production, development or preview:<branch>" in refusal(tmp_path, FISIOFLOW_ENV=name)


@pytest.mark.parametrize(
    "platform",
    [{"VERCEL_ENV": "production"}, {"GITHUB_REF_NAME": "main"}, {"NODE_ENV": "production"}],
)
def test_platform_never_means_production(tmp_path: Path, platform: dict[str, str]) -> None:
    assert read(tmp_path, **platform).environment == "development"


def test_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    """GitHub Actions sets an absent secret to the empty text."""
    settings = read(tmp_path, FISIOFLOW_ENV="", RESEND_API_KEY="", FISIOFLOW_TIMEZONE="")
    assert settings.environment == "development"
    assert settings.resend_api_key is None
    assert settings.timezone == "America/Sao_Paulo"


@pytest.mark.parametrize("window", ["always", "08:00-20:00", "00:00-23:59"])
def test_windows(tmp_path: Path, window: str) -> None:
    assert read(tmp_path, FISIOFLOW_SEND_WINDOW=window).send_window == window


@pytest.mark.parametrize(
    "window",
    ["8:00-20:00", "08:00", "20:00-08:00", "08:00-08:00", "25:00-26:00", "never", "08:00 - 20:00"],
)
def test_what_is_no_window_is_refused(tmp_path: Path, window: str) -> None:
    said = refusal(tmp_path, FISIOFLOW_SEND_WINDOW=window)
    assert said.startswith("FISIOFLOW_SEND_WINDOW cannot be used: ")
    assert window not in said


def test_window_is_read_as_local_times() -> None:
    first, last = parse_window("07:30-19:00")
    assert (first.hour, first.minute, last.hour, last.minute) == (7, 30, 19, 0)


@pytest.mark.parametrize("zone", ["America/Manaus", "UTC", "America/Noronha"])
def test_zones(tmp_path: Path, zone: str) -> None:
    assert read(tmp_path, FISIOFLOW_TIMEZONE=zone).timezone == zone


@pytest.mark.parametrize(
    "zone", ["Sao_Paulo", "America/Sao Paulo", "../etc/passwd", "America", "-03:00"]
)
def test_what_is_no_zone_is_refused(tmp_path: Path, zone: str) -> None:
    said = refusal(tmp_path, FISIOFLOW_TIMEZONE=zone)
    assert "an IANA time zone" in said
    assert zone not in said.replace("America/Sao_Paulo", "")


def test_recipients_are_separated_by_commas(tmp_path: Path) -> None:
    listed = " ana@example.com, +55 11 98765-4321 ,,"
    settings = read(tmp_path, FISIOFLOW_ALLOW_RECIPIENTS=listed)
    assert settings.allow_recipients == ("ana@example.com", "+55 11 98765-4321")


@pytest.mark.parametrize(("word", "meaning"), [("true", True), ("1", True), ("false", False)])
def test_switches(tmp_path: Path, word: str, meaning: bool) -> None:
    settings = read(
        tmp_path,
        FISIOFLOW_MESSAGE_MINORS=word,
        FISIOFLOW_REQUIRE_CONSENT=word,
        FISIOFLOW_ALLOW_CLINIC_WRITES=word,
    )
    found = {settings.message_minors, settings.require_consent, settings.allow_clinic_writes}
    assert found == {meaning}


def test_address_loses_its_last_slash(tmp_path: Path) -> None:
    settings = read(tmp_path, RESEND_API_URL="http://127.0.0.1:8025/")
    assert settings.resend_api_url == "http://127.0.0.1:8025"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FISIOFLOW_ENV", SECRET),
        ("FISIOFLOW_TIMEZONE", SECRET),
        ("FISIOFLOW_SEND_WINDOW", SECRET),
        ("FISIOFLOW_MESSAGE_MINORS", SECRET),
        ("FISIOFLOW_REQUIRE_CONSENT", SECRET),
        ("FISIOFLOW_ALLOW_CLINIC_WRITES", SECRET),
        ("FISIOFLOW_LEASE_SECONDS", SECRET),
        ("FISIOFLOW_LEASE_SECONDS", "0"),
        ("FISIOFLOW_LEASE_SECONDS", "3601"),
        ("FISIOFLOW_PAYLOAD_DAYS", "3651"),
        ("RESEND_API_URL", SECRET),
        ("WHATSAPP_API_URL", f"ftp://{SECRET}"),
        ("WHATSAPP_PROVIDER", SECRET),
    ],
)
def test_value_that_cannot_be_used_is_never_repeated(tmp_path: Path, name: str, value: str) -> None:
    """Somebody pastes a key into the wrong variable, and the message goes to a log."""
    said = refusal(tmp_path, **{name: value})
    assert said.startswith(f"{name} cannot be used: ")
    assert SECRET not in said


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    direct = {"FISIOFLOW_HOME": str(tmp_path)}
    plain = load(direct, tmp_path)
    value = {
        "FISIOFLOW_HOME": "/srv/fisioflow",
        "FISIOFLOW_ENV": "preview:main",
        "FISIOFLOW_TIMEZONE": "America/Belem",
        "FISIOFLOW_SEND_WINDOW": "always",
        "FISIOFLOW_LEASE_SECONDS": "30",
        "FISIOFLOW_PAYLOAD_DAYS": "30",
        "WHATSAPP_PROVIDER": "evolution",
        "FISIOFLOW_LOG_FORMAT": "json",
        "FISIOFLOW_EMAIL_PER_SECOND": "7.5",
        "FISIOFLOW_WHATSAPP_PER_SECOND": "7.5",
        "FISIOFLOW_PUSH_PER_SECOND": "7.5",
    }.get(name, "https://example.com" if name.endswith(("API_URL", "BASE_URL")) else "true")
    file = tmp_path / "value"
    file.write_text(f"{value}\n")
    environ = {k: v for k, v in direct.items() if k != name} | {f"{name}_FILE": str(file)}
    assert load(environ, tmp_path) == load({**direct, name: value}, tmp_path)
    assert load(environ, tmp_path) != plain


def test_variable_and_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET)
    said = refusal(tmp_path, RESEND_API_KEY=SECRET, RESEND_API_KEY_FILE=str(file))
    assert said == "RESEND_API_KEY and RESEND_API_KEY_FILE are both set; unset one of them."


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe\xff"])
def test_file_without_a_value_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(MissingSetting, match=r"^RESEND_API_KEY_FILE names an? "):
        read(tmp_path, RESEND_API_KEY_FILE=str(file))


def test_env_file_counts_in_development(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# the clinic on this laptop\nFISIOFLOW_TIMEZONE=America/Manaus\nRESEND_API_KEY='abc'\n"
    )
    settings = read(tmp_path)
    assert settings.timezone == "America/Manaus"
    assert settings.resend_api_key == SecretStr("abc")


@pytest.mark.parametrize("environment", ["production", "preview:main"])
def test_env_file_is_not_even_read_elsewhere(tmp_path: Path, environment: str) -> None:
    (tmp_path / ".env").write_text("FISIOFLOW_TIMEZONE=nonsense\n")
    assert read(tmp_path, FISIOFLOW_ENV=environment).timezone == "America/Sao_Paulo"


def test_env_file_is_not_read_where_a_file_says_production(tmp_path: Path) -> None:
    """FISIOFLOW_ENV_FILE was looked at only after .env had been read."""
    (tmp_path / ".env").write_text("FISIOFLOW_TIMEZONE=America/Manaus\n")
    (tmp_path / "environment").write_text("production\n")
    settings = read(tmp_path, FISIOFLOW_ENV_FILE=str(tmp_path / "environment"))
    assert settings.production
    assert settings.timezone == "America/Sao_Paulo"


def test_env_file_is_read_where_the_environment_is_empty(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FISIOFLOW_TIMEZONE=America/Manaus\n")
    assert read(tmp_path, FISIOFLOW_ENV="").timezone == "America/Manaus"


def test_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RESEND_API_KEY=old\nFISIOFLOW_TIMEZONE=America/Manaus\n")
    (tmp_path / "key").write_text("new\n")
    environ = {"RESEND_API_KEY_FILE": str(tmp_path / "key"), "FISIOFLOW_TIMEZONE": "UTC"}
    settings = load(environ, tmp_path)
    assert settings.resend_api_key == SecretStr("new")
    assert settings.timezone == "UTC"


def test_env_file_may_name_files_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / ".env").write_text(f"RESEND_API_KEY_FILE={tmp_path / 'key'}\n")
    assert read(tmp_path).resend_api_key == SecretStr(SECRET)


@pytest.mark.parametrize("line", ["FISIOFLOW_ENV=production", "FISIOFLOW_ENV=preview:main"])
def test_env_file_cannot_leave_development(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(line + "\n")
    with pytest.raises(InvalidSetting, match=r"\.env must not set FISIOFLOW_ENV"):
        read(tmp_path)


def test_no_secret_shows_itself(tmp_path: Path) -> None:
    settings = load(dict.fromkeys(SECRETS, SECRET), tmp_path)
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings.model_dump())


def test_secret_files_are_those_of_secrets(tmp_path: Path) -> None:
    environ = {f"{name}_FILE": f"/run/secrets/{name}" for name in NAMES}
    found = secret_files({**environ, "WHATSAPP_API_KEY_FILE": ""})
    assert set(found) == {f"{name}_FILE" for name in SECRETS - {"WHATSAPP_API_KEY"}}
    assert found["DATABASE_URL_FILE"] == Path("/run/secrets/DATABASE_URL")


def test_process_and_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FISIOFLOW_TIMEZONE=America/Manaus\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FISIOFLOW_PAYLOAD_DAYS", "30")
    settings = from_process()
    assert (settings.timezone, settings.payload_days) == ("America/Manaus", 30)


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.timezone = "UTC"


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert len(NAMES) == len(set(NAMES))


HEAD = {"GITHUB_HEAD_REF": "feat/agenda"}
VERCEL = {"VERCEL_ENV": "preview", "VERCEL_GIT_COMMIT_REF": "feat/agenda"}


@pytest.mark.parametrize(
    ("platform", "environment"),
    [
        (HEAD, "preview:feat/agenda"),
        (VERCEL, "preview:feat/agenda"),
        ({"VERCEL_ENV": "preview"}, "preview:.no-branch"),
        ({"VERCEL_ENV": "development"}, "development"),
        ({**HEAD, "VERCEL_ENV": "production"}, "preview:feat/agenda"),
        ({"VERCEL_GIT_COMMIT_REF": "main"}, "development"),
        ({"GITHUB_HEAD_REF": "", "VERCEL_ENV": ""}, "development"),
    ],
    ids=str,
)
def test_preview_is_recognised_by_what_its_platform_says(
    tmp_path: Path, platform: dict[str, str], environment: str
) -> None:
    assert read(tmp_path, **platform).environment == environment


def test_no_platform_amounts_to_production(tmp_path: Path) -> None:
    """Whatever a platform's variables say, and whatever a branch is called."""
    words = ("", "production", "preview", "development", "preview:production")
    for head, kind, ref in product(words, repeat=3):
        platform = {"GITHUB_HEAD_REF": head, "VERCEL_ENV": kind, "VERCEL_GIT_COMMIT_REF": ref}
        assert not read(tmp_path, **platform, VERCEL_TARGET_ENV="production").production


@pytest.mark.parametrize("said", ["production", "development", "preview:other"])
@pytest.mark.parametrize("platform", [HEAD, VERCEL, {"VERCEL_ENV": "production"}], ids=str)
def test_what_fisioflow_env_says_counts(
    tmp_path: Path, said: str, platform: dict[str, str]
) -> None:
    assert read(tmp_path, **platform, FISIOFLOW_ENV=said).environment == said
    file = tmp_path / "environment"
    file.write_text(said)
    assert read(tmp_path, **platform, FISIOFLOW_ENV_FILE=str(file)).environment == said


@pytest.mark.parametrize("branch", ["main", "production", "feat/agenda-2.1_x", "x" * 100])
def test_plain_branch_keeps_its_name(tmp_path: Path, branch: str) -> None:
    assert read(tmp_path, GITHUB_HEAD_REF=branch).environment == f"preview:{branch}"


AWKWARD = [
    *("feat#1", "feat-1", "feat@1", "a b", "a  b", "x" * 101, "x" * 102, "x" * 100 + "/y"),
    *("$(id)", "`id`", "'; DROP TABLE runs; --", "::error::", "##", "é" * 120, "\udcff", "a\nb"),
]


def test_no_two_branches_share_an_environment(tmp_path: Path) -> None:
    """Two branches whose names differ only in what a name does not admit, or past its length."""
    found = {read(tmp_path, GITHUB_HEAD_REF=branch).environment for branch in AWKWARD}
    assert len(found) == len(AWKWARD)
    assert all(len(name) <= len("preview:") + 100 for name in found)
    assert not [name for name in found if set(name) & set(" $()`';#@\n")]


def test_name_that_was_changed_cannot_be_a_branchs_own(tmp_path: Path) -> None:
    """git-check-ref-format(1): no branch holds two dots in a row."""
    changed = read(tmp_path, GITHUB_HEAD_REF="feat#1").environment
    assert changed.startswith("preview:feat-1..")


@pytest.mark.parametrize("platform", [HEAD, VERCEL], ids=str)
def test_env_file_is_not_read_in_a_preview_that_was_recognised(
    tmp_path: Path, platform: dict[str, str]
) -> None:
    (tmp_path / ".env").write_text("FISIOFLOW_TIMEZONE=nonsense\n")
    assert read(tmp_path, **platform).timezone == "America/Sao_Paulo"


def test_env_file_makes_no_preview(tmp_path: Path) -> None:
    """`vercel env pull` writes the platform's variables into it."""
    (tmp_path / ".env").write_text(
        "VERCEL_ENV=preview\nVERCEL_GIT_COMMIT_REF=main\nFISIOFLOW_TIMEZONE=America/Manaus\n"
    )
    settings = read(tmp_path)
    assert (settings.environment, settings.timezone) == ("development", "America/Manaus")


def test_surmise_says_where_it_comes_from() -> None:
    found = surmise({"VERCEL_ENV": "production"})
    assert found is not None
    assert found.is_production_denied
    assert "only FISIOFLOW_ENV=production" in found.because
    assert "this is development" in str(found.doubt("development"))
    assert surmise({}) is None
    assert surmise({"FISIOFLOW_ENV": "production"}) is None
    branch = surmise(HEAD)
    assert branch is not None
    assert branch.because.startswith("GITHUB_HEAD_REF ")
    assert branch.doubt("preview:feat/agenda") is None


@pytest.mark.parametrize("platform", [HEAD, VERCEL], ids=str)
@pytest.mark.parametrize(
    ("said", "doubted"), [("production", True), ("development", False), ("preview:x", False)]
)
def test_production_in_a_preview_is_doubted(
    platform: dict[str, str], said: str, doubted: bool
) -> None:
    """A variable of Vercel that was ticked for all environments."""
    found = surmise({**platform, "FISIOFLOW_ENV": said})
    assert found is not None
    assert found.is_overruled
    assert bool(found.doubt(said)) is doubted


def test_production_that_a_file_says_overrules_a_preview_too(tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text("production")
    found = surmise({**HEAD, "FISIOFLOW_ENV_FILE": str(file)})
    assert found is not None
    assert "messages leave" in str(found.doubt("production"))


def test_production_of_both_is_not_doubted() -> None:
    found = surmise({"VERCEL_ENV": "production", "FISIOFLOW_ENV": "production"})
    assert found is not None
    assert found.doubt("production") is None
