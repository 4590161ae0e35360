-- First queries on the tables of mcp-trail in Security Lake, for Athena (and, but for the partitions, DuckDB).
-- In a lake with its own crawler the tables are called amazon_security_lake_table_<region>_ext_mcp_trail_6003 and so on.

-- Who called what, and how did it end?
SELECT actor.user.uid AS who,
       resources[1].name AS what,
       status,
       count(DISTINCT metadata.uid) AS events
FROM mcp_trail_6003
WHERE region = 'eu-central-1' AND accountid = 'external' AND eventday >= '20261121'
GROUP BY 1, 2, 3
ORDER BY events DESC
LIMIT 20;

-- What was denied? (disposition 2 Blocked, 26 Unauthorized)
SELECT from_unixtime(time / 1000) AS at, actor.user.uid AS who, resources[1].name AS what, status_code AS reason
FROM mcp_trail_6003
WHERE region = 'eu-central-1' AND accountid = 'external' AND eventday >= '20261121' AND action_id = 2
ORDER BY time DESC
LIMIT 100;

-- Which detection rules fired, on which events?
SELECT from_unixtime(time / 1000) AS at, finding_info.title, finding_info.analytic.uid AS rule, finding_info.related_events
FROM mcp_trail_2004
WHERE region = 'eu-central-1' AND accountid = 'external' AND eventday >= '20261121'
ORDER BY time DESC;

-- Did a recorder lose anything? (loss stands in unmapped, as JSON)
SELECT from_unixtime(time / 1000) AS at, metadata.reporter.name AS service, json_extract(unmapped.mcp_trail, '$.loss') AS loss
FROM mcp_trail_1008
WHERE region = 'eu-central-1' AND accountid = 'external' AND eventday >= '20261121' AND metadata.event_code = 'trail.lost';
