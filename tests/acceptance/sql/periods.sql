-- The days a report tells of, each beside an earlier period.
CREATE TEMP VIEW period AS
SELECT 'yesterday' AS period, slot - 1 AS first, slot - 1 AS last FROM asked
UNION ALL SELECT 'week earlier', slot - 8, slot - 8 FROM asked
UNION ALL SELECT 'last week', monday - 7, monday - 1
FROM asked, LATERAL (SELECT date_trunc('week', slot)::date) AS this_week (monday)
UNION ALL SELECT 'week before', monday - 14, monday - 8
FROM asked, LATERAL (SELECT date_trunc('week', slot)::date) AS this_week (monday);

-- What happened in an organization, on which local day of its own.
CREATE TEMP VIEW event AS
SELECT organization_id, 'appointments ' || coalesce(status, 'unknown') AS figure, day, 1 AS amount
FROM appointment
UNION ALL
SELECT organization_id, 'sessions', (held_at AT TIME ZONE zone)::date, 1
FROM session JOIN organization ON organization.id = organization_id WHERE finished
UNION ALL
SELECT organization_id, 'new patients', (created_at AT TIME ZONE zone)::date, 1
FROM patient JOIN organization ON organization.id = organization_id
UNION ALL
SELECT organization_id, 'revenue', (paid_at AT TIME ZONE zone)::date, amount
FROM payment JOIN organization ON organization.id = organization_id;

CREATE TEMP VIEW figure AS
SELECT organization_id, period, figure, sum(amount) AS amount
FROM event JOIN period ON day BETWEEN first AND last
GROUP BY organization_id, period, figure;
