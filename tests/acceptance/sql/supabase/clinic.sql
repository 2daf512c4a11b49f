-- The Supabase database of January 2026 as its README explains it. Written for the acceptance
-- tests alone, from the published columns, without a look at the program's own profile.
-- Both clinic.sql files give the same views; the questions beside them are asked of those.

CREATE TEMP TABLE known_zone AS SELECT name FROM pg_timezone_names;

CREATE TEMP VIEW organization AS
SELECT id, organizations.name, active AS open,
       coalesce(settings->>'email_enabled', 'true') <> 'false' AS email_on,
       coalesce(settings->>'whatsapp_enabled', 'true') <> 'false' AS whatsapp_on,
       coalesce(known_zone.name, 'America/Sao_Paulo') AS zone
FROM organizations LEFT JOIN known_zone ON known_zone.name = settings->>'timezone';

CREATE TEMP VIEW staff AS
SELECT id, organization_id, full_name AS name, email, role::text AS role,
       is_active IS NOT FALSE AS active
FROM profiles;

-- What a user has refused; to refuse messages is to refuse every one of them.
CREATE TEMP VIEW refusal AS
SELECT user_id,
       bool_or(what = 'messages') AS messages,
       bool_or(what = 'marketing') AS marketing,
       bool_or(what = 'email') AS email,
       bool_or(what = 'whatsapp') AS whatsapp
FROM (
    SELECT user_id, 'messages' AS what FROM notification_consent WHERE NOT notifications_enabled
    UNION ALL
    SELECT user_id, 'marketing' FROM notification_consent WHERE NOT marketing_consent
    UNION ALL
    SELECT user_id, CASE consent_type WHEN 'mensagens' THEN 'messages' ELSE consent_type END
    FROM lgpd_consents WHERE NOT granted OR revoked_at IS NOT NULL
) AS refused
GROUP BY user_id;

CREATE TEMP VIEW patient AS
SELECT id, organization_id, patients.user_id, birth_date, patients.email, phone, created_at,
       coalesce(status = 'active', FALSE) AS active,
       consent_data IS FALSE OR coalesce(messages OR marketing, FALSE) AS refuses_marketing,
       consent_data IS FALSE OR coalesce(messages OR refusal.email, FALSE) AS refuses_email,
       consent_data IS FALSE OR coalesce(messages OR whatsapp, FALSE) AS refuses_whatsapp
FROM patients LEFT JOIN refusal USING (user_id);

CREATE TEMP VIEW appointment AS
SELECT id, organization_id, patient_id, therapist_id, date AS day, start_time AS begins,
       coalesce(end_time, start_time + duration * interval '1 minute') AS ends,
       FALSE AS is_group, created_at,
       CASE status WHEN 'agendado' THEN 'scheduled' WHEN 'confirmado' THEN 'confirmed'
                   WHEN 'em_andamento' THEN 'completed' WHEN 'concluido' THEN 'completed'
                   WHEN 'cancelado' THEN 'cancelled' WHEN 'falta' THEN 'no_show' END AS status
FROM appointments;

-- A note in soap_records belongs to the session of the same appointment, or of the same patient
-- and day. A note without a date was written on the day of its creation. Incomplete sessions begin
-- at hours that fall on the same date in every zone in use.
CREATE TEMP VIEW noted AS
SELECT sessions.id
FROM sessions JOIN soap_records USING (appointment_id)
UNION
SELECT sessions.id
FROM sessions JOIN soap_records ON soap_records.patient_id = sessions.patient_id
 AND coalesce(record_date, (soap_records.created_at AT TIME ZONE 'America/Sao_Paulo')::date)
   = (coalesce(started_at, sessions.created_at) AT TIME ZONE 'America/Sao_Paulo')::date;

CREATE TEMP VIEW session AS
SELECT id, organization_id, patient_id, appointment_id, therapist_id,
       status = 'completed' AS finished, status = 'draft' AS incomplete,
       coalesce(started_at, created_at) AS held_at, coalesce(updated_at, created_at) AS touched_at,
       concat(subjective, objective, assessment, plan) ~ '\S' OR eva_score IS NOT NULL
       OR id IN (SELECT id FROM noted) AS has_content
FROM sessions;

-- A user may be several patients, of whom one is written to: an active one, then the first.
CREATE TEMP VIEW voucher AS
SELECT user_vouchers.id, owner.id AS patient_id, ativo AND sessoes_restantes > 0 AS live,
       (data_expiracao AT TIME ZONE coalesce(organization.zone, 'America/Sao_Paulo'))::date AS due
FROM user_vouchers
LEFT JOIN (
    SELECT DISTINCT ON (user_id) user_id, id, organization_id
    FROM patients ORDER BY user_id, status = 'active' DESC NULLS LAST, id
) AS owner USING (user_id)
LEFT JOIN organization ON organization.id = owner.organization_id;

CREATE TEMP VIEW payment AS
SELECT payments.id, coalesce(appointments.organization_id, patients.organization_id)
       AS organization_id, payments.appointment_id, amount, paid_at
FROM payments
LEFT JOIN appointments ON appointments.id = payments.appointment_id
LEFT JOIN patients ON patients.id = payments.patient_id;

CREATE TEMP VIEW stale_offer AS
SELECT waitlist_offers.id, waitlist_id
FROM waitlist_offers, asked
WHERE status = 'pending' AND expiration_time < as_of;

CREATE TEMP VIEW old_notification AS
SELECT id FROM notification_history, asked WHERE sent_at < as_of - interval '90 days';
