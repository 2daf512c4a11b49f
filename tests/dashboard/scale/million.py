"""A PostgreSQL ledger with a million runs and deliveries, made where it lies."""

from sqlalchemy import Engine, text

from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

RUNS = 1_000_000
DELIVERIES = 1_000_000
EVENTS = 400_000
STEPS = 600_000
NOW = "timestamptz '2026-11-23 15:00:00+00'"
DAYS_OF_EVENTS = 365
LARGEST = "00000000-0000-4000-8000-999999999999"
"""A run of 2,000 steps and 100,000 deliveries."""
DAILY = tuple(workflow.id for workflow in WORKFLOWS if workflow.cron.endswith("* * *"))[:5]

SCHEDULED = f"""
INSERT INTO fisioflow.runs (id, environment, workflow, slot, scope, generation, status, attempt,
                            as_of, created_at, started_at, finished_at, result)
SELECT gen_random_uuid(), 'development', w, to_char(day, 'YYYY-MM-DD'), 'all', 1,
       CASE WHEN random() < 0.97 THEN 'completed' WHEN random() < 0.5 THEN 'partial' ELSE 'failed' END,
       1, day, day, day, day + random() * interval '60 s', '{{"sent": 12, "candidates": 20}}'
FROM unnest(CAST(:workflows AS text[])) w,
     generate_series({NOW} - interval '3650 days', {NOW} - interval '1 hour', interval '1 day') day
WHERE random() < 0.99
"""

# of an event that waits or is at work there is no run that has ended: a dispatch opens it
OF_EVENTS = f"""
INSERT INTO fisioflow.runs (id, environment, workflow, slot, scope, generation, status, attempt,
                            as_of, created_at, started_at, finished_at, result)
SELECT gen_random_uuid(), 'development', (CAST(:workflows AS text[]))[1 + n % :kinds],
       CASE WHEN n % 20 = 0 OR n % 5000 = 2 THEN 'mail-' ELSE 'event-' END || n, 'all', 1,
       CASE WHEN n % 400 = 0 THEN 'failed' WHEN n % 90 = 0 THEN 'timed_out' ELSE 'completed' END,
       1, at, at, at, at + random() * interval '2 s', '{{"sent": 1}}'
FROM (SELECT n, {NOW} - n * interval '{DAYS_OF_EVENTS} days' / :number AS at
      FROM generate_series(1, :number) n) numbered
"""

LARGE = f"""
INSERT INTO fisioflow.runs (id, environment, workflow, slot, scope, generation, status, attempt,
                            as_of, created_at, started_at, finished_at, result)
VALUES ('{LARGEST}', 'development', 'fisioflow-birthday-messages', '2026-11-23', 'all', 2, 'partial', 2,
        {NOW}, {NOW}, {NOW}, {NOW} + interval '1 hour', '{{"sent": 90000}}')
"""

EVENTS_OF_ALL_KINDS = f"""
INSERT INTO fisioflow.events (environment, id, name, data, digest, ts, source, workflow, priority,
                              status, due_at, attempt, failures, generation, accepted_at, updated_at)
SELECT 'development', 'event-' || n, 'email/send', '{{"to": "ana@example.com", "text": "Oi"}}',
       repeat('0', 64), at, 'listen', 'fisioflow-send-email', 2,
       CASE WHEN n % 20 = 0 THEN 'waiting' WHEN n % 800 = 1 THEN 'dead' WHEN n % 5000 = 2 THEN 'running'
            WHEN n % 50 = 3 THEN 'ignored' ELSE 'completed' END,
       at, 1, 0, 1, at, at
FROM (SELECT n, {NOW} - n * interval '{DAYS_OF_EVENTS} days' / :number AS at
      FROM generate_series(1, :number) n) numbered
"""

MESSAGES = f"""
INSERT INTO fisioflow.deliveries (id, environment, message_key, run_id, organization_id, recipient_id,
        recipient, channel, state, reason, claim, tries, provider, provider_key, provider_id, payload,
        created_at, first_attempt_at, updated_at)
SELECT gen_random_uuid(), 'development',
       CASE n % 4 WHEN 0 THEN 'birthday/p-' ELSE 'event/e-' END || n || '/2026',
       CASE WHEN n <= 100000 THEN '{LARGEST}' ELSE md5(n::text) END, 'o-' || n % 50, 'p-' || n % 40000,
       'a•••@example.com', CASE n % 3 WHEN 0 THEN 'whatsapp' ELSE 'email' END,
       CASE WHEN n % 10 = 0 THEN 'skipped' WHEN n % 300 = 1 THEN 'failed' WHEN n % 20000 = 2 THEN 'in_doubt'
            WHEN n % 1000 = 3 THEN 'pending' ELSE 'sent' END,
       CASE WHEN n % 10 = 0 THEN 'opted_out' WHEN n % 300 = 1 THEN 'http_422' END,
       1, 1, 'resend', md5(n::text), md5(n::text), '{{"subject": "Oi", "html": "<p>Oi</p>"}}', at, at, at
FROM (SELECT n, {NOW} - n * interval '{DAYS_OF_EVENTS} days' / :number AS at
      FROM generate_series(1, :number) n) numbered
"""

STEPS_OF_THE_LARGEST = f"""
INSERT INTO fisioflow.steps (run_id, name, status, attempt, tries, started_at, finished_at, result)
SELECT '{LARGEST}', 'greet/' || n, 'completed', 1 + n / 1500, 1, {NOW} + n * interval '1 s',
       {NOW} + (n + 0.7) * interval '1 s', '{{"items": 50}}'
FROM generate_series(1, 2000) n
"""

STEPS_OF_RUNS = f"""
INSERT INTO fisioflow.steps (run_id, name, status, attempt, tries, started_at, finished_at, result)
SELECT r.id, 'step-' || n, 'completed', 1, 1, r.started_at, r.finished_at, '{{"items": 1}}'
FROM (SELECT * FROM fisioflow.runs WHERE id <> '{LARGEST}' ORDER BY created_at DESC LIMIT :number / 2) r,
     generate_series(1, 2) n
"""


def fill(engine: Engine, *, runs: int = RUNS) -> None:
    """Ten years of schedules, a year of events; a tenth of everything with `runs` of 100,000."""
    share = runs / RUNS
    scheduled = {"workflows": list(DAILY)}
    kinds = [workflow.id for workflow in EVENT_WORKFLOWS]
    statements = (
        (SCHEDULED, scheduled),
        (OF_EVENTS, {"workflows": kinds, "kinds": len(kinds), "number": int(runs * 0.982)}),
        (LARGE, {}),
        (EVENTS_OF_ALL_KINDS, {"number": int(EVENTS * share)}),
        (MESSAGES, {"number": int(DELIVERIES * share)}),
        (STEPS_OF_THE_LARGEST, {}),
        (STEPS_OF_RUNS, {"number": int(STEPS * share)}),
    )
    with engine.begin() as connection:
        for statement, values in statements:
            connection.execute(text(statement), values)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
