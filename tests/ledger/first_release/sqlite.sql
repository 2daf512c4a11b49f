-- The ledger as the first release left it, on SQLite: frozen, so that every later release is tried on it.
BEGIN TRANSACTION;
CREATE TABLE fisioflow_alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT fisioflow_alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "fisioflow_alembic_version" VALUES('0001');
CREATE TABLE fisioflow_deliveries (
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
	created_at DATETIME NOT NULL, 
	first_attempt_at DATETIME, 
	updated_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT fisioflow_deliveries_key UNIQUE (environment, message_key)
);
INSERT INTO "fisioflow_deliveries" VALUES('00000000-0000-4000-8000-000000000004','development','birthday/p1/2026','00000000-0000-4000-8000-000000000002','o1','p1','a•••@example.com','email','sent',NULL,1,1,'resend','0000000000000000000000000000000000000000000000000000000000000003','m-1',NULL,'{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}','0000000000000000000000000000000000000000000000000000000000000007','2026-11-22 12:00:00.123456','2026-11-22 12:00:00.123456','2026-11-22 12:00:00.123456');
INSERT INTO "fisioflow_deliveries" VALUES('00000000-0000-4000-8000-000000000006','development','birthday/p2/2026','00000000-0000-4000-8000-000000000002','o1','p2',NULL,NULL,'skipped','opted_out',1,0,NULL,'0000000000000000000000000000000000000000000000000000000000000005',NULL,NULL,NULL,NULL,'2026-11-22 12:00:00.123456',NULL,'2026-11-22 12:00:00.123456');
INSERT INTO "fisioflow_deliveries" VALUES('00000000-0000-4000-8000-000000000009','development','birthday/p3/2026','00000000-0000-4000-8000-000000000007','o1','p3',NULL,NULL,'pending','night',1,0,NULL,'0000000000000000000000000000000000000000000000000000000000000008',NULL,NULL,NULL,NULL,'2026-11-23 03:00:00.000000',NULL,'2026-11-23 03:00:00.000000');
INSERT INTO "fisioflow_deliveries" VALUES('00000000-0000-4000-8000-00000000000b','development','birthday/p4/2026','00000000-0000-4000-8000-000000000007','o1','p4','+55•••1234','whatsapp','in_doubt','timeout',1,1,'cloud','000000000000000000000000000000000000000000000000000000000000000a',NULL,NULL,'{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}','0000000000000000000000000000000000000000000000000000000000000007','2026-11-23 03:00:00.000000','2026-11-23 03:00:00.000000','2026-11-23 03:00:00.000000');
INSERT INTO "fisioflow_deliveries" VALUES('00000000-0000-4000-8000-00000000000e','development','voucher-expiry/v1/2026-11-30','00000000-0000-4000-8000-00000000000c','o1','v1','a•••@example.com','email','sending',NULL,1,0,'resend','000000000000000000000000000000000000000000000000000000000000000d',NULL,NULL,'{"subject": "Feliz aniversário, Ana! 🎉", "to": ["ana@example.com"]}','0000000000000000000000000000000000000000000000000000000000000007','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000');
CREATE TABLE fisioflow_findings (
	environment VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	check_name VARCHAR NOT NULL, 
	subject_id VARCHAR NOT NULL, 
	organization_id VARCHAR, 
	run_id VARCHAR NOT NULL, 
	known BOOLEAN NOT NULL, 
	PRIMARY KEY (environment, scope, check_name, subject_id)
);
INSERT INTO "fisioflow_findings" VALUES('development','all','orphan_session','s1','o1','00000000-0000-4000-8000-00000000000f',1);
INSERT INTO "fisioflow_findings" VALUES('development','all','orphan_session','s2',NULL,'00000000-0000-4000-8000-00000000000f',1);
CREATE TABLE fisioflow_meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "fisioflow_meta" VALUES('ledger_id','00000000-0000-4000-8000-000000000001');
INSERT INTO "fisioflow_meta" VALUES('production','false');
CREATE TABLE fisioflow_runs (
	id VARCHAR NOT NULL, 
	environment VARCHAR NOT NULL, 
	workflow VARCHAR NOT NULL, 
	slot VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	generation INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	attempt INTEGER NOT NULL, 
	owner JSON, 
	lease_until DATETIME, 
	as_of DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	result JSON, 
	error TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT fisioflow_runs_occasion UNIQUE (environment, workflow, slot, scope, generation)
);
INSERT INTO "fisioflow_runs" VALUES('00000000-0000-4000-8000-000000000002','development','fisioflow-birthday-messages','2026-11-22','all',1,'completed',1,'null',NULL,'2026-11-22 12:00:00.123456','2026-11-22 12:00:00.123456','2026-11-22 12:00:00.123456','2026-11-22 12:00:00.123456','{"candidates": 2, "sent": 1, "failed": 0, "in_doubt": 0, "pending": 0, "skipped": {"opted_out": 1}, "by_channel": {"email": 1}}',NULL);
INSERT INTO "fisioflow_runs" VALUES('00000000-0000-4000-8000-000000000007','development','fisioflow-birthday-messages','2026-11-23','o1',1,'timed_out',1,'null',NULL,'2026-11-23 03:00:00.000000','2026-11-23 03:00:00.000000','2026-11-23 03:00:00.000000','2026-11-23 03:00:00.000000','null','1 left pending; a later start does them.');
INSERT INTO "fisioflow_runs" VALUES('00000000-0000-4000-8000-00000000000c','development','fisioflow-expiring-vouchers','2026-11-23','all',1,'running',1,'{"host": "clinic-1", "boot": "b1", "pid_namespace": 4026531836, "pid": 4242, "started": 99}','2026-11-23 12:01:00.000000','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000',NULL,NULL,NULL);
INSERT INTO "fisioflow_runs" VALUES('00000000-0000-4000-8000-00000000000f','development','fisioflow-data-integrity','2026-11-23T12','all',1,'failed',1,'null',NULL,'2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000','2026-11-23 12:00:00.000000','{}','An unexpected KeyError in x:1; please report it.');
CREATE TABLE fisioflow_steps (
	run_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	attempt INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME NOT NULL, 
	result JSON, 
	error TEXT, 
	PRIMARY KEY (run_id, name)
);
INSERT INTO "fisioflow_steps" VALUES('00000000-0000-4000-8000-000000000002','greet/1','completed',1,1,'2026-11-22 12:00:00.123456','2026-11-22 12:00:01.123456','{"items": 2, "waiting": 0, "labels": {}, "parked": [], "after": null, "until": "p2"}',NULL);
INSERT INTO "fisioflow_steps" VALUES('00000000-0000-4000-8000-000000000007','greet/1','waiting',1,1,'2026-11-23 03:00:00.000000','2026-11-23 03:00:01.000000','{"items": 2, "waiting": 1, "labels": {}, "parked": [], "after": null, "until": "p4"}',NULL);
CREATE INDEX fisioflow_runs_by_time ON fisioflow_runs (environment, workflow, created_at);
CREATE INDEX fisioflow_deliveries_by_run ON fisioflow_deliveries (run_id, state);
CREATE INDEX fisioflow_deliveries_by_state ON fisioflow_deliveries (environment, state, updated_at);
CREATE INDEX fisioflow_findings_by_run ON fisioflow_findings (run_id, organization_id);
COMMIT;
