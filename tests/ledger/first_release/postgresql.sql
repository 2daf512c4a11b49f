-- The ledger as the first release left it, on PostgreSQL: frozen, so that every later release is tried on it.
BEGIN;

CREATE SCHEMA IF NOT EXISTS fisioflow;

CREATE TABLE fisioflow.alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE fisioflow.meta (
    key VARCHAR NOT NULL, 
    value VARCHAR NOT NULL, 
    PRIMARY KEY (key)
);

CREATE TABLE fisioflow.runs (
    id VARCHAR NOT NULL, 
    environment VARCHAR NOT NULL, 
    workflow VARCHAR NOT NULL, 
    slot VARCHAR NOT NULL, 
    scope VARCHAR NOT NULL, 
    generation INTEGER NOT NULL, 
    status VARCHAR NOT NULL, 
    attempt INTEGER NOT NULL, 
    owner JSON, 
    lease_until TIMESTAMP WITH TIME ZONE, 
    as_of TIMESTAMP WITH TIME ZONE NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    started_at TIMESTAMP WITH TIME ZONE, 
    finished_at TIMESTAMP WITH TIME ZONE, 
    result JSON, 
    error TEXT, 
    PRIMARY KEY (id), 
    CONSTRAINT runs_occasion UNIQUE (environment, workflow, slot, scope, generation)
);

CREATE INDEX runs_by_time ON fisioflow.runs (environment, workflow, created_at);

CREATE TABLE fisioflow.steps (
    run_id VARCHAR NOT NULL, 
    name VARCHAR NOT NULL, 
    status VARCHAR NOT NULL, 
    attempt INTEGER NOT NULL, 
    tries INTEGER NOT NULL, 
    started_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    finished_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    result JSON, 
    error TEXT, 
    PRIMARY KEY (run_id, name)
);

CREATE TABLE fisioflow.deliveries (
    id VARCHAR NOT NULL, 
    environment VARCHAR NOT NULL, 
    message_key VARCHAR NOT NULL, 
    run_id VARCHAR NOT NULL, 
    organization_id VARCHAR, 
    recipient_id VARCHAR, 
    recipient VARCHAR, 
    channel VARCHAR, 
    state VARCHAR NOT NULL, 
    reason VARCHAR, 
    claim INTEGER NOT NULL, 
    tries INTEGER NOT NULL, 
    provider VARCHAR, 
    provider_key VARCHAR NOT NULL, 
    provider_id VARCHAR, 
    batch_id VARCHAR, 
    payload TEXT, 
    payload_sha256 VARCHAR, 
    created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    first_attempt_at TIMESTAMP WITH TIME ZONE, 
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    PRIMARY KEY (id), 
    CONSTRAINT deliveries_key UNIQUE (environment, message_key)
);

CREATE INDEX deliveries_by_run ON fisioflow.deliveries (run_id, state);

CREATE INDEX deliveries_by_state ON fisioflow.deliveries (environment, state, updated_at);

CREATE TABLE fisioflow.findings (
    environment VARCHAR NOT NULL, 
    scope VARCHAR NOT NULL, 
    check_name VARCHAR NOT NULL, 
    subject_id VARCHAR NOT NULL, 
    organization_id VARCHAR, 
    run_id VARCHAR NOT NULL, 
    known BOOLEAN NOT NULL, 
    PRIMARY KEY (environment, scope, check_name, subject_id)
);

CREATE INDEX findings_by_run ON fisioflow.findings (run_id, organization_id);

INSERT INTO fisioflow.alembic_version (version_num) VALUES ('0001') RETURNING fisioflow.alembic_version.version_num;

INSERT INTO "fisioflow"."meta" ("key", "value") VALUES ('ledger_id', '00000000-0000-4000-8000-000000000001');
INSERT INTO "fisioflow"."meta" ("key", "value") VALUES ('production', 'false');
INSERT INTO "fisioflow"."runs" ("id", "environment", "workflow", "slot", "scope", "generation", "status", "attempt", "owner", "lease_until", "as_of", "created_at", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-000000000002', 'development', 'fisioflow-birthday-messages', '2026-11-22', 'all', 1, 'completed', 1, 'null', NULL, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '{"candidates": 2, "sent": 1, "failed": 0, "in_doubt": 0, "pending": 0, "skipped": {"opted_out": 1}, "by_channel": {"email": 1}}', NULL);
INSERT INTO "fisioflow"."runs" ("id", "environment", "workflow", "slot", "scope", "generation", "status", "attempt", "owner", "lease_until", "as_of", "created_at", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-000000000007', 'development', 'fisioflow-birthday-messages', '2026-11-23', 'o1', 1, 'timed_out', 1, 'null', NULL, '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:00+00:00'::timestamptz, 'null', '1 left pending; a later start does them.');
INSERT INTO "fisioflow"."runs" ("id", "environment", "workflow", "slot", "scope", "generation", "status", "attempt", "owner", "lease_until", "as_of", "created_at", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-00000000000c', 'development', 'fisioflow-expiring-vouchers', '2026-11-23', 'all', 1, 'running', 1, '{"host": "clinic-1", "boot": "b1", "pid_namespace": 4026531836, "pid": 4242, "started": 99}', '2026-11-23 12:01:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, NULL, NULL, NULL);
INSERT INTO "fisioflow"."runs" ("id", "environment", "workflow", "slot", "scope", "generation", "status", "attempt", "owner", "lease_until", "as_of", "created_at", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-00000000000f', 'development', 'fisioflow-data-integrity', '2026-11-23T12', 'all', 1, 'failed', 1, 'null', NULL, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '{}', 'An unexpected KeyError in x:1; please report it.');
INSERT INTO "fisioflow"."steps" ("run_id", "name", "status", "attempt", "tries", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-000000000002', 'greet/1', 'completed', 1, 1, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:01.123456+00:00'::timestamptz, '{"items": 2, "waiting": 0, "labels": {}, "parked": [], "after": null, "until": "p2"}', NULL);
INSERT INTO "fisioflow"."steps" ("run_id", "name", "status", "attempt", "tries", "started_at", "finished_at", "result", "error") VALUES ('00000000-0000-4000-8000-000000000007', 'greet/1', 'waiting', 1, 1, '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:01+00:00'::timestamptz, '{"items": 2, "waiting": 1, "labels": {}, "parked": [], "after": null, "until": "p4"}', NULL);
INSERT INTO "fisioflow"."deliveries" ("id", "environment", "message_key", "run_id", "organization_id", "recipient_id", "recipient", "channel", "state", "reason", "claim", "tries", "provider", "provider_key", "provider_id", "batch_id", "payload", "payload_sha256", "created_at", "first_attempt_at", "updated_at") VALUES ('00000000-0000-4000-8000-000000000004', 'development', 'birthday/p1/2026', '00000000-0000-4000-8000-000000000002', 'o1', 'p1', 'a•••@example.com', 'email', 'sent', NULL, 1, 1, 'resend', '0000000000000000000000000000000000000000000000000000000000000003', 'm-1', NULL, '{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}', '0000000000000000000000000000000000000000000000000000000000000007', '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:00.123456+00:00'::timestamptz, '2026-11-22 12:00:00.123456+00:00'::timestamptz);
INSERT INTO "fisioflow"."deliveries" ("id", "environment", "message_key", "run_id", "organization_id", "recipient_id", "recipient", "channel", "state", "reason", "claim", "tries", "provider", "provider_key", "provider_id", "batch_id", "payload", "payload_sha256", "created_at", "first_attempt_at", "updated_at") VALUES ('00000000-0000-4000-8000-000000000006', 'development', 'birthday/p2/2026', '00000000-0000-4000-8000-000000000002', 'o1', 'p2', NULL, NULL, 'skipped', 'opted_out', 1, 0, NULL, '0000000000000000000000000000000000000000000000000000000000000005', NULL, NULL, NULL, NULL, '2026-11-22 12:00:00.123456+00:00'::timestamptz, NULL, '2026-11-22 12:00:00.123456+00:00'::timestamptz);
INSERT INTO "fisioflow"."deliveries" ("id", "environment", "message_key", "run_id", "organization_id", "recipient_id", "recipient", "channel", "state", "reason", "claim", "tries", "provider", "provider_key", "provider_id", "batch_id", "payload", "payload_sha256", "created_at", "first_attempt_at", "updated_at") VALUES ('00000000-0000-4000-8000-000000000009', 'development', 'birthday/p3/2026', '00000000-0000-4000-8000-000000000007', 'o1', 'p3', NULL, NULL, 'pending', 'night', 1, 0, NULL, '0000000000000000000000000000000000000000000000000000000000000008', NULL, NULL, NULL, NULL, '2026-11-23 03:00:00+00:00'::timestamptz, NULL, '2026-11-23 03:00:00+00:00'::timestamptz);
INSERT INTO "fisioflow"."deliveries" ("id", "environment", "message_key", "run_id", "organization_id", "recipient_id", "recipient", "channel", "state", "reason", "claim", "tries", "provider", "provider_key", "provider_id", "batch_id", "payload", "payload_sha256", "created_at", "first_attempt_at", "updated_at") VALUES ('00000000-0000-4000-8000-00000000000b', 'development', 'birthday/p4/2026', '00000000-0000-4000-8000-000000000007', 'o1', 'p4', '+55•••1234', 'whatsapp', 'in_doubt', 'timeout', 1, 1, 'cloud', '000000000000000000000000000000000000000000000000000000000000000a', NULL, NULL, '{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}', '0000000000000000000000000000000000000000000000000000000000000007', '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:00+00:00'::timestamptz, '2026-11-23 03:00:00+00:00'::timestamptz);
INSERT INTO "fisioflow"."deliveries" ("id", "environment", "message_key", "run_id", "organization_id", "recipient_id", "recipient", "channel", "state", "reason", "claim", "tries", "provider", "provider_key", "provider_id", "batch_id", "payload", "payload_sha256", "created_at", "first_attempt_at", "updated_at") VALUES ('00000000-0000-4000-8000-00000000000e', 'development', 'voucher-expiry/v1/2026-11-30', '00000000-0000-4000-8000-00000000000c', 'o1', 'v1', 'a•••@example.com', 'email', 'sending', NULL, 1, 0, 'resend', '000000000000000000000000000000000000000000000000000000000000000d', NULL, NULL, '{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}', '0000000000000000000000000000000000000000000000000000000000000007', '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz, '2026-11-23 12:00:00+00:00'::timestamptz);
INSERT INTO "fisioflow"."findings" ("environment", "scope", "check_name", "subject_id", "organization_id", "run_id", "known") VALUES ('development', 'all', 'orphan_session', 's1', 'o1', '00000000-0000-4000-8000-00000000000f', true);
INSERT INTO "fisioflow"."findings" ("environment", "scope", "check_name", "subject_id", "organization_id", "run_id", "known") VALUES ('development', 'all', 'orphan_session', 's2', NULL, '00000000-0000-4000-8000-00000000000f', true);
COMMIT;
