import { type Column, type ColumnType, columnsOf } from "../s3/columns.ts";

const struct = (types: Readonly<Record<string, ColumnType>>): ColumnType => ({
	struct: columnsOf(types),
});
const list = (type: ColumnType): ColumnType => ({ list: type });

const user = struct({ name: "string", type_id: "int", uid: "string" });
const service = struct({ name: "string", uid: "string", version: "string" });
const endpoint = struct({ hostname: "string", ip: "string", port: "int", svc_name: "string" });
const resources = list(struct({ name: "string", type: "string", uid: "string" }));

const actor = struct({
	app_name: "string",
	app_uid: "string",
	authorizations: list(struct({ decision: "string" })),
	session: struct({
		credential_uid: "string",
		expiration_time: "long",
		issuer: "string",
		uid: "string",
	}),
	user,
});

const api = struct({
	operation: "string",
	request: struct({ data: "json", uid: "string" }),
	// A peer's own number.
	response: struct({ code: "long", data: "json", error: "string" }),
	service,
	version: "string",
});

const http = {
	http_request: struct({
		http_method: "string",
		uid: "string",
		user_agent: "string",
		version: "string",
	}),
	http_response: struct({ code: "int" }),
} as const;

const traffic = { src_endpoint: endpoint, dst_endpoint: endpoint, ...http } as const;

/** What every class has, and what profile `security_control` adds. */
const base = {
	time: "long",
	class_uid: "int",
	class_name: "string",
	category_uid: "int",
	category_name: "string",
	activity_id: "int",
	activity_name: "string",
	type_uid: "long",
	severity_id: "int",
	severity: "string",
	status_id: "int",
	status: "string",
	status_code: "string",
	status_detail: "string",
	message: "string",
	start_time: "long",
	duration: "long",
	count: "long",
	action_id: "int",
	disposition_id: "int",
	disposition: "string",
	policy: struct({ name: "string", uid: "string" }),
	confidence_id: "int",
	is_alert: "boolean",
	metadata: struct({
		correlation_uid: "string",
		event_code: "string",
		is_truncated: "boolean",
		log_name: "string",
		log_provider: "string",
		log_version: "string",
		logged_time: "long",
		product: struct({ name: "string", vendor_name: "string", version: "string" }),
		profiles: list("string"),
		reporter: struct({ hostname: "string", name: "string", uid: "string" }),
		sequence: "long",
		tags: list(struct({ name: "string", value: "string" })),
		tenant_uid: "string",
		uid: "string",
		version: "string",
	}),
	// Facts of MCP that OCSF has no attribute for, as one JSON text.
	unmapped: struct({ mcp_trail: "json" }),
} as const;

/** An OCSF class as a custom source of Security Lake. */
export interface LakeClass {
	readonly uid: number;
	/** What `CreateCustomLogSource` calls it. */
	readonly eventClass: string;
	readonly columns: readonly Column[];
}

/** Every class that events have, with a column for each attribute that is used; under the names of OCSF 1.8. */
export const lakeClasses: readonly LakeClass[] = [
	{
		uid: 6003,
		eventClass: "API_ACTIVITY",
		columns: columnsOf({
			...base,
			actor,
			api,
			...traffic,
			resources,
			trace: struct({
				uid: "string",
				span: struct({
					uid: "string",
					parent_uid: "string",
					start_time: "long",
					end_time: "long",
				}),
			}),
			message_context: struct({
				application: struct({ name: "string", version: "string" }),
				service,
				ai_role_id: "int",
			}),
		}),
	},
	{
		uid: 3002,
		eventClass: "AUTHENTICATION",
		columns: columnsOf({
			...base,
			user,
			actor,
			auth_protocol_id: "int",
			auth_protocol: "string",
			authentication_token: struct({ uid: "string" }),
			service,
			...traffic,
		}),
	},
	{
		uid: 2004,
		eventClass: "DETECTION_FINDING",
		columns: columnsOf({
			...base,
			finding_info: struct({
				uid: "string",
				title: "string",
				analytic: struct({ uid: "string", type_id: "int" }),
				created_time: "long",
				related_events: list(struct({ uid: "string" })),
			}),
			resources,
			evidences: list(struct({ actor, api, ...traffic })),
		}),
	},
	{
		uid: 1008,
		eventClass: "EVENT_LOG_ACTIVITY",
		columns: columnsOf({
			...base,
			log_name: "string",
			log_provider: "string",
			log_type_id: "int",
		}),
	},
];
