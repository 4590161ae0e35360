-- The stored lines of `s3Sink` (NDJSON, the default) in Athena. Put the bucket's name for BUCKET and run each statement.
CREATE EXTERNAL TABLE IF NOT EXISTS mcp_audit (
  `line` string
)
PARTITIONED BY (`day` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\001'
STORED AS TEXTFILE
LOCATION 's3://BUCKET/mcp-audit/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.day.type' = 'date',
  'projection.day.format' = 'yyyy-MM-dd',
  'projection.day.range' = '2026-01-01,NOW',
  'storage.location.template' = 's3://BUCKET/mcp-audit/day=${day}/'
);

-- Who called what, and how did it end?
SELECT json_extract_scalar(line, '$.actor.principal.id') AS who,
       coalesce(json_extract_scalar(line, '$.target.name'), json_extract_scalar(line, '$.type')) AS what,
       json_extract_scalar(line, '$.outcome.status') AS outcome,
       count(DISTINCT json_extract_scalar(line, '$.id')) AS events
FROM mcp_audit
WHERE day >= '2026-11-21'
GROUP BY 1, 2, 3
ORDER BY events DESC
LIMIT 20;

-- What was refused, and by whom?
SELECT json_extract_scalar(line, '$.time') AS time,
       json_extract_scalar(line, '$.actor.principal.id') AS who,
       json_extract_scalar(line, '$.target.name') AS what,
       json_extract_scalar(line, '$.outcome.layer') AS layer,
       json_extract_scalar(line, '$.outcome.reason') AS reason
FROM mcp_audit
WHERE day >= '2026-11-21' AND json_extract_scalar(line, '$.outcome.status') = 'denied'
ORDER BY time DESC
LIMIT 100;

-- Did a recorder lose anything?
SELECT json_extract_scalar(line, '$.time') AS time,
       json_extract_scalar(line, '$.producer.service') AS service,
       json_extract(line, '$.loss') AS loss
FROM mcp_audit
WHERE day >= '2026-11-21' AND json_extract_scalar(line, '$.type') = 'trail.lost';
