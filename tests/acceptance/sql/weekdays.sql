-- Finished sessions of last week by day of the week; Monday is 1.
SELECT session.organization_id::text AS organization,
       extract(isodow FROM held_at AT TIME ZONE zone)::int AS weekday, count(*) AS amount
FROM session
JOIN organization ON organization.id = session.organization_id
JOIN period ON (held_at AT TIME ZONE zone)::date BETWEEN first AND last
WHERE finished AND period = 'last week'
GROUP BY session.organization_id, weekday;
