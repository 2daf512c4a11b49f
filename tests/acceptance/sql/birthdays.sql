-- Whose birthday it is, and what becomes of the greeting. Who was born on 29 February is greeted
-- on 1 March in common years; who was born today has no birthday yet.
SELECT id::text AS subject, coalesce(unreachable, way) AS outcome, email, phone
FROM reach, asked
WHERE birth_date < slot
  AND (to_char(birth_date, 'MM-DD') = to_char(slot, 'MM-DD')
    OR (to_char(birth_date, 'MM-DD') = '02-29' AND to_char(slot, 'MM-DD') = '03-01'
        AND extract(day FROM slot - 1) = 28));
