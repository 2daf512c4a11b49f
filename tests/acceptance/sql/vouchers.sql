-- The vouchers with sessions left that end on the day or within the next seven, and what becomes
-- of the reminder. The days left are those of the organization's own calendar.
SELECT voucher.id::text AS subject,
       CASE WHEN patient_id IS NULL THEN 'no_contact'
            WHEN unreachable IS NOT NULL THEN unreachable
            WHEN due NOT BETWEEN today AND today + 7 THEN 'not_due'
            ELSE way END AS outcome,
       email, phone
FROM voucher
LEFT JOIN reach ON reach.id = patient_id
CROSS JOIN asked
WHERE live AND due BETWEEN slot AND slot + 7;
