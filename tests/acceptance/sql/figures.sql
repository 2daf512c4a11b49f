-- Every figure of every organization and period; what is zero has no row.
SELECT organization_id::text AS organization, period, figure, amount FROM figure;
