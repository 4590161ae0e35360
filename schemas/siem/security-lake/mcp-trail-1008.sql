CREATE EXTERNAL TABLE IF NOT EXISTS mcp_trail_1008 (
  `time` bigint,
  `class_uid` int,
  `class_name` string,
  `category_uid` int,
  `category_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `start_time` bigint,
  `duration` bigint,
  `count` bigint,
  `action_id` int,
  `disposition_id` int,
  `disposition` string,
  `policy` struct<name:string,uid:string>,
  `confidence_id` int,
  `is_alert` boolean,
  `metadata` struct<correlation_uid:string,event_code:string,is_truncated:boolean,log_name:string,log_provider:string,log_version:string,logged_time:bigint,product:struct<name:string,vendor_name:string,version:string>,profiles:array<string>,reporter:struct<hostname:string,name:string,uid:string>,sequence:bigint,tags:array<struct<name:string,value:string>>,tenant_uid:string,uid:string,version:string>,
  `unmapped` struct<mcp_trail:string>,
  `log_name` string,
  `log_provider` string,
  `log_type_id` int
)
PARTITIONED BY (`region` string, `accountid` string, `eventday` string)
STORED AS PARQUET
LOCATION 's3://BUCKET/ext/mcp-trail-1008/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'injected',
  'projection.accountid.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://BUCKET/ext/mcp-trail-1008/region=${region}/accountId=${accountid}/eventDay=${eventday}/'
);
