-- What becomes of each reader's daily report. There is something to report if there was an
-- appointment yesterday or is one today.
SELECT id::text AS subject, reader.organization_id::text AS organization, email,
       coalesce(against, CASE WHEN EXISTS (
           SELECT FROM appointment, asked
           WHERE appointment.organization_id = reader.organization_id AND day IN (slot - 1, slot)
       ) THEN 'email' ELSE 'nothing_to_report' END) AS outcome
FROM reader;
