-- The Neon database of August 2026 as its README explains it. Written for the acceptance tests
-- alone, from the published columns, without a look at the program's own profile.
-- Both clinic.sql files give the same views; the questions beside them are asked of those.
-- `timestamp` holds UTC; rows with deleted_at are as if absent.

CREATE TEMP VIEW organization AS
SELECT id, name, TRUE AS open, TRUE AS email_on, TRUE AS whatsapp_on, 'America/Sao_Paulo' AS zone
FROM organizations;

CREATE TEMP VIEW staff AS
SELECT id, organization_id, coalesce(full_name, name) AS name, email, role,
       is_active IS NOT FALSE AS active
FROM profiles;

CREATE TEMP VIEW patient AS
SELECT id, organization_id, user_id, coalesce(birth_date, date_of_birth) AS birth_date, email,
       phone, created_at AT TIME ZONE 'UTC' AS created_at,
       is_active AND archived IS NOT TRUE AS active,
       consent_data IS FALSE AS refuses_marketing,
       consent_data IS FALSE AS refuses_email,
       consent_data IS FALSE AS refuses_whatsapp
FROM patients WHERE deleted_at IS NULL;

CREATE TEMP VIEW appointment AS
SELECT id, organization_id, patient_id, therapist_id, date AS day, start_time AS begins,
       end_time AS ends, coalesce(is_group, type = 'group') AS is_group,
       created_at AT TIME ZONE 'UTC' AS created_at,
       CASE WHEN status = 'agendado' THEN 'scheduled'
            WHEN status = 'presenca_confirmada' THEN 'confirmed'
            WHEN status IN ('atendido', 'avaliacao') THEN 'completed'
            WHEN status = 'cancelado' THEN 'cancelled'
            WHEN status = 'remarcar' THEN 'rescheduled'
            ELSE 'no_show' END AS status
FROM appointments WHERE deleted_at IS NULL;

-- A jsonb says something if anywhere in it stands a number, a truth value or a text with ink.
CREATE TEMP VIEW written AS
SELECT DISTINCT sessions.id
FROM sessions,
LATERAL (VALUES (subjective), (objective), (assessment), (plan), (procedures), (exercises),
                (measurements), (home_exercises), (blocks), (required_tests), (raw_force_data),
                (biomechanics_data)) AS field (value),
LATERAL jsonb_path_query(field.value, '$.**') AS part
WHERE jsonb_typeof(part) IN ('number', 'boolean')
   OR (jsonb_typeof(part) = 'string' AND part #>> '{}' ~ '\S');

CREATE TEMP VIEW session AS
SELECT id, organization_id, patient_id, appointment_id, therapist_id,
       status = 'finalized' AS finished, status = 'draft' AS incomplete,
       date AT TIME ZONE 'UTC' AS held_at, updated_at AT TIME ZONE 'UTC' AS touched_at,
       id IN (SELECT id FROM written)
       OR concat(observacao, notes, side, body_part, protocol_name) ~ '\S'
       OR num_nonnulls(
           observacao_ydoc, pain_scale, time_to_peak, total_reps, avg_peak_force, peak_force_nkg,
           body_weight, rfd_50, rfd_100, rfd_200, peak_force_n, peak_force, avg_force,
           rate_of_force_development, repetitions, biomechanics_type) > 0 AS has_content
FROM sessions WHERE deleted_at IS NULL;

-- A user may be several patients, of whom one is written to: one of the organization that sold
-- the voucher, then an active one, then the first.
CREATE TEMP VIEW voucher AS
SELECT DISTINCT ON (user_vouchers.id)
       user_vouchers.id, patient.id AS patient_id,
       ativo IS TRUE AND sessoes_restantes > 0 AS live,
       (data_expiracao AT TIME ZONE 'America/Sao_Paulo')::date AS due
FROM user_vouchers LEFT JOIN patient USING (user_id)
WHERE deleted_at IS NULL
ORDER BY user_vouchers.id,
         patient.organization_id IS NOT DISTINCT FROM user_vouchers.organization_id DESC,
         active DESC, patient.id;

-- A payment is part of its appointment here, so none can be without one.
CREATE TEMP VIEW payment AS
SELECT id, organization_id, id AS appointment_id, payment_amount AS amount,
       paid_at AT TIME ZONE 'UTC' AS paid_at
FROM appointments WHERE deleted_at IS NULL AND payment_amount IS NOT NULL;

-- Neither offers nor a notification history are kept here.
CREATE TEMP VIEW stale_offer AS SELECT NULL::uuid AS id, NULL::uuid AS waitlist_id WHERE FALSE;
CREATE TEMP VIEW old_notification AS SELECT NULL::uuid AS id WHERE FALSE;
