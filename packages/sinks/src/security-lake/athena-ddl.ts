import { hiveType } from "../s3/columns.ts";
import type { LakeClass } from "./class-columns.ts";

/** The table of a class as Athena and Glue define it: what the lake's crawler finds, or what is made without one. */
export function athenaDdl({ uid, columns }: LakeClass): string {
	const lines = columns.map(({ name, type }) => `  \`${name}\` ${hiveType(type)}`);
	return `CREATE EXTERNAL TABLE IF NOT EXISTS mcp_trail_${uid} (
${lines.join(",\n")}
)
PARTITIONED BY (\`region\` string, \`accountid\` string, \`eventday\` string)
STORED AS PARQUET
LOCATION 's3://BUCKET/ext/mcp-trail-${uid}/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'injected',
  'projection.accountid.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://BUCKET/ext/mcp-trail-${uid}/region=\${region}/accountId=\${accountid}/eventDay=\${eventday}/'
);
`;
}
