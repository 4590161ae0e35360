CREATE EXTERNAL TABLE IF NOT EXISTS mcp_trail_6003 (
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
  `actor` struct<app_name:string,app_uid:string,authorizations:array<struct<decision:string>>,session:struct<credential_uid:string,expiration_time:bigint,issuer:string,uid:string>,user:struct<name:string,type_id:int,uid:string>>,
  `api` struct<operation:string,request:struct<data:string,uid:string>,response:struct<code:bigint,data:string,error:string>,service:struct<name:string,uid:string,version:string>,version:string>,
  `src_endpoint` struct<hostname:string,ip:string,port:int,svc_name:string>,
  `dst_endpoint` struct<hostname:string,ip:string,port:int,svc_name:string>,
  `http_request` struct<http_method:string,uid:string,user_agent:string,version:string>,
  `http_response` struct<code:int>,
  `resources` array<struct<name:string,type:string,uid:string>>,
  `trace` struct<uid:string,span:struct<uid:string,parent_uid:string,start_time:bigint,end_time:bigint>>,
  `message_context` struct<application:struct<name:string,version:string>,service:struct<name:string,uid:string,version:string>,ai_role_id:int>
)
PARTITIONED BY (`region` string, `accountid` string, `eventday` string)
STORED AS PARQUET
LOCATION 's3://BUCKET/ext/mcp-trail-6003/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.region.type' = 'injected',
  'projection.accountid.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://BUCKET/ext/mcp-trail-6003/region=${region}/accountId=${accountid}/eventDay=${eventday}/'
);
