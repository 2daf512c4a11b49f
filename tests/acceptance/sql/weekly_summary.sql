-- What becomes of each reader's weekly summary. Nothing is reported of a week of zeros.
SELECT id::text AS subject, reader.organization_id::text AS organization, email,
       coalesce(against, CASE WHEN EXISTS (
           SELECT FROM figure
           WHERE figure.organization_id = reader.organization_id AND period = 'last week' AND amount <> 0
       ) THEN 'email' ELSE 'nothing_to_report' END) AS outcome
FROM reader;
