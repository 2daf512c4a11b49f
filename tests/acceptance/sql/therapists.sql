-- Finished sessions per therapist, organization and period.
SELECT session.organization_id::text AS organization, period, staff.name, count(*) AS amount
FROM session
JOIN organization ON organization.id = session.organization_id
JOIN period ON (held_at AT TIME ZONE zone)::date BETWEEN first AND last
JOIN staff ON staff.id = therapist_id
WHERE finished
GROUP BY session.organization_id, period, staff.id, staff.name;
