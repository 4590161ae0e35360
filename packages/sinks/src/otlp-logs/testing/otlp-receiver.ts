import assert from "node:assert/strict";
import type { Call, Reply } from "../../http/testing/contract-server.ts";
import { scripted } from "../../http/testing/scripted.ts";
import { decoded, encoded } from "./opentelemetry-proto.ts";

/** An attribute as it came. */
interface Attribute {
	readonly key: string;
	readonly value: Readonly<Record<string, unknown>>;
}

/** A log record as it came, with the resource that it was of. */
export interface ReceivedRecord {
	readonly id: string;
	readonly eventName: string;
	readonly body: string | undefined;
	readonly attributes: readonly Attribute[];
	readonly resource: readonly Attribute[];
}

/** The part of an `ExportLogsServiceRequest` that is looked at. */
export interface LogsRequest {
	readonly resourceLogs?: readonly {
		readonly resource: { readonly attributes: readonly Attribute[] };
		readonly scopeLogs: readonly {
			readonly scope?: unknown;
			readonly logRecords: readonly {
				readonly eventName: string;
				readonly body?: { readonly stringValue: string };
				readonly attributes: readonly Attribute[];
			}[];
		}[];
	}[];
}

const PROTOBUF = "application/x-protobuf";

/** An OTLP/HTTP receiver of logs: answers in the form it was asked in, refuses poison in part or with the whole request. */
export async function otlpReceiver(
	options: { readonly refuses?: "part" | "request"; readonly maxBytes?: number } = {},
) {
	const { refuses = "part", maxBytes = 4_194_304 } = options;
	const received: ReceivedRecord[] = [];

	const destination = await scripted((call, poison) => {
		assert.deepEqual([call.method, call.path], ["POST", "/v1/logs"]);
		if (call.headers.authorization === "Bearer wrong") return { status: 401 };
		const binary = call.headers["content-type"] === PROTOBUF;
		const fail = (code: number, message: string): Reply => ({
			status: 400,
			...spoken(binary, "Status", { code, message }),
		});
		if (call.body.byteLength > maxBytes) return fail(3, "http: request body too large");
		const records = recordsOf(requestIn(call));
		const bad = records.filter(({ id }) => poison.has(id));
		if (bad.length > 0 && refuses === "request") return fail(3, "a record that cannot be read");
		received.push(...records.filter(({ id }) => !poison.has(id)));
		const rejectedLogRecords = binary ? bad.length : String(bad.length);
		const partialSuccess = bad.length === 0 ? {} : { rejectedLogRecords, errorMessage: "no" };
		return { status: 200, ...spoken(binary, "ExportLogsServiceResponse", { partialSuccess }) };
	});
	return {
		...destination,
		received,
		ids: () =>
			received.filter(({ eventName }) => eventName !== "ext.mcp-trail.probe").map(({ id }) => id),
	};
}

/** A message as an answer has it. */
export function spoken(binary: boolean, message: string, value: Record<string, unknown>) {
	return {
		headers: { "content-type": binary ? PROTOBUF : "application/json" },
		body: binary ? encoded(message, value) : JSON.stringify(value),
	};
}

/** What a call asks for, in either form. */
export function requestIn(call: Call): LogsRequest {
	if (call.headers["content-type"] === PROTOBUF) {
		return decoded("ExportLogsServiceRequest", call.body);
	}
	assert.equal(call.headers["content-type"], "application/json");
	return JSON.parse(call.body.toString());
}

function recordsOf({ resourceLogs = [] }: LogsRequest): readonly ReceivedRecord[] {
	return resourceLogs.flatMap(({ resource, scopeLogs }) =>
		scopeLogs.flatMap(({ logRecords }) =>
			logRecords.map(({ eventName, body, attributes }) => ({
				id: String(attributes.find(({ key }) => key === "audit.record.id")?.value["stringValue"]),
				eventName,
				body: body?.stringValue,
				attributes,
				resource: resource.attributes,
			})),
		),
	);
}
