-- What contradicts itself: one row per finding. An id that is null dangles nowhere; only a
-- patient must have an organization, and a voucher a patient.
SELECT 'appointment without patient' AS contradiction, id::text AS subject
FROM appointment
WHERE patient_id IS NOT NULL AND NOT EXISTS (SELECT FROM patient WHERE id = patient_id)
UNION ALL
SELECT 'session without appointment', id::text
FROM session
WHERE appointment_id IS NOT NULL AND NOT EXISTS (SELECT FROM appointment WHERE id = appointment_id)
UNION ALL
SELECT 'payment without appointment', id::text
FROM payment
WHERE appointment_id IS NOT NULL AND NOT EXISTS (SELECT FROM appointment WHERE id = appointment_id)
UNION ALL
SELECT 'patient without organization', id::text
FROM patient WHERE NOT EXISTS (SELECT FROM organization WHERE id = organization_id)
UNION ALL
SELECT 'voucher without patient', id::text FROM voucher WHERE patient_id IS NULL
UNION ALL
-- It begins while an earlier one of the same therapist lasts, or at the same time: of two that
-- begin together, the one with the greater id is the later. Without a known end only ties count.
SELECT 'overlapping appointment', later.id::text
FROM appointment AS later
WHERE later.status IS DISTINCT FROM 'cancelled' AND NOT later.is_group AND EXISTS (
    SELECT FROM appointment AS earlier
    WHERE earlier.therapist_id = later.therapist_id AND earlier.day = later.day
      AND earlier.status IS DISTINCT FROM 'cancelled' AND NOT earlier.is_group
      AND ((earlier.begins < later.begins AND later.begins < earlier.ends)
        OR (earlier.begins = later.begins AND earlier.id < later.id)))
UNION ALL
SELECT 'impossible birth date', id::text
FROM patient, asked
WHERE birth_date > slot OR birth_date < date_trunc('year', slot)::date - interval '120 years'
UNION ALL
SELECT 'unusable phone', id::text
FROM patient
WHERE phone ~ '\S' AND NOT EXISTS (SELECT FROM usable WHERE kind = 'phone' AND typed = phone)
UNION ALL
SELECT 'unusable e-mail', id::text
FROM patient
WHERE email ~ '\S' AND NOT EXISTS (SELECT FROM usable WHERE kind = 'email' AND typed = email);
