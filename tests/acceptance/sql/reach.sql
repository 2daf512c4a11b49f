-- How a marketing message reaches a patient, or why it does not. WhatsApp is preferred, since no
-- preference is stored; e-mail is the other way. Reasons in the order in which they are given.
CREATE TEMP VIEW reach AS
WITH looked_at AS (
    SELECT patient.*, organization.open, (present AT TIME ZONE zone)::date AS today,
           CASE WHEN NOT whatsapp_on THEN 'channel_disabled'
                WHEN refuses_whatsapp THEN 'opted_out'
                WHEN coalesce(phone, '') !~ '\S' THEN 'no_contact'
                WHEN NOT EXISTS (SELECT FROM usable WHERE kind = 'phone' AND typed = phone)
                THEN 'invalid_contact' END AS against_whatsapp,
           CASE WHEN NOT email_on THEN 'channel_disabled'
                WHEN refuses_email THEN 'opted_out'
                WHEN coalesce(email, '') !~ '\S' THEN 'no_contact'
                WHEN NOT EXISTS (SELECT FROM usable WHERE kind = 'email' AND typed = email)
                THEN 'invalid_contact' END AS against_email
    FROM patient
    LEFT JOIN organization ON organization.id = patient.organization_id
    CROSS JOIN asked
)
SELECT id, birth_date, email, phone, today,
       CASE WHEN open IS NOT TRUE THEN 'organization_inactive'
            WHEN NOT active THEN 'inactive' END AS unreachable,
       CASE WHEN birth_date > today - interval '18 years' THEN 'minor'
            WHEN refuses_marketing THEN 'opted_out'
            WHEN against_whatsapp IS NULL THEN 'whatsapp'
            WHEN against_email IS NULL THEN 'email'
            ELSE against_whatsapp END AS way
FROM looked_at;
