import { Buffer } from "node:buffer";
import type { StoredEvent } from "@mcp-trail/event";
import { epochMs, words } from "../conversions.ts";
import { escapeCefHeader, escapeCefValue } from "./escapes.ts";
import { eventNames } from "./event-names.ts";
import type { Format } from "../format.ts";
import { fieldsOf, writeFields } from "./fields.ts";
import type { FieldRules } from "./fields.ts";
import { checkMaxBytes } from "./options.ts";
import type { LineOptions } from "./options.ts";
import { ipv4, ipv6, label, ownRows, wordForWord } from "./rows.ts";
import { cefSeverities } from "./severities.ts";
import { cutText, lineText } from "./text.ts";
import type { Mapping } from "../mapping.ts";
import { table } from "../table.ts";
import type { Row } from "../table.ts";

const header = [
	"Device Vendor",
	"Device Product",
	"Device Version",
	"Device Event Class ID",
	"Name",
	"Severity",
] as const;

/** Characters of a header field. */
const headerCharacters = {
	"Device Vendor": 63,
	"Device Product": 63,
	"Device Version": 31,
	"Device Event Class ID": 255,
	Name: 255,
	Severity: 10,
} as const satisfies Readonly<Record<(typeof header)[number], number>>;

const headerRows: readonly Row[] = [
	{ to: "Device Vendor", is: "mcp-trail" },
	{ to: "Device Product", is: "mcp-trail" },
	{ to: "Device Version", from: "schema_version" },
	{ to: "Device Event Class ID", from: "type" },
	{ to: "Name", from: "type", as: words(eventNames, "Application event") },
	{ to: "Severity", from: "severity", as: wordForWord(cefSeverities) },
];

/** In the order of importance: what does not fit is left out from the end. */
const extensionRows: readonly Row[] = [
	{ to: "rt", from: "time", as: epochMs },
	{ to: "externalId", from: "id" },
	{ to: "deviceExternalId", from: "integrity.stream_id" },
	{ to: "cn1", from: "integrity.sequence" },
	{ to: "cn1Label", from: "integrity.sequence", as: label("sequence") },
	{ to: "cs5", from: "integrity.hash" },
	{ to: "cs5Label", from: "integrity.hash", as: label("hash") },
	{ to: "act", from: "mcp.method" },
	{ to: "flexString2", from: "phase" },
	{ to: "flexString2Label", from: "phase", as: label("phase") },
	{ to: "outcome", from: "outcome.status" },
	{ to: "reason", from: "outcome.reason" },
	{ to: "flexString1", from: "outcome.executed" },
	{ to: "flexString1Label", from: "outcome.executed", as: label("executed") },
	{ to: "cnt", from: "count" },
	{ to: "spriv", from: "actor.principal.type" },
	{ to: "suser", from: "actor.principal.id" },
	{ to: "suid", from: "actor.principal.id_digest" },
	{ to: "cs6", from: "actor.principal.issuer" },
	{ to: "cs6Label", from: "actor.principal.issuer", as: label("issuer") },
	{ to: "cs2", from: "target.kind" },
	{ to: "cs2Label", from: "target.kind", as: label("targetKind") },
	{ to: "cs1", from: "target.name" },
	{ to: "cs1Label", from: "target.name", as: label("targetName") },
	{ to: "request", from: "target.uri" },
	{ to: "destinationServiceName", from: "target.server.id" },
	{ to: "sourceServiceName", from: "actor.client.name" },
	{ to: "src", from: "network.client_address", as: ipv4 },
	{ to: "c6a2", from: "network.client_address", as: ipv6 },
	{ to: "c6a2Label", from: "network.client_address", as: label("Source IPv6 Address") },
	{ to: "spt", from: "network.client_port" },
	{ to: "dst", from: "network.server_address", as: ipv4 },
	{ to: "c6a3", from: "network.server_address", as: ipv6 },
	{ to: "c6a3Label", from: "network.server_address", as: label("Destination IPv6 Address") },
	{ to: "dpt", from: "network.server_port" },
	{ to: "app", from: "mcp.transport" },
	{ to: "deviceProcessName", from: "producer.service" },
	{ to: "dvchost", from: "producer.host" },
	{ to: "cs3", from: "operation.id" },
	{ to: "cs3Label", from: "operation.id", as: label("operation") },
	{ to: "cs4", from: "trace.id" },
	{ to: "cs4Label", from: "trace.id", as: label("trace") },
	{ to: "cn2", from: "duration_us" },
	{ to: "cn2Label", from: "duration_us", as: label("durationMicroseconds") },
	{ to: "cn3", from: "outcome.rpc_code" },
	{ to: "cn3Label", from: "outcome.rpc_code", as: label("rpcCode") },
	{ to: "start", from: "start_time", as: epochMs },
	{ to: "deviceCustomDate1", from: "observed_time", as: epochMs },
	{ to: "deviceCustomDate1Label", from: "observed_time", as: label("observed") },
	{ to: "msg", from: "outcome.message" },
	{ to: "requestMethod", from: "network.http.method" },
	{ to: "requestClientApplication", from: "network.http.user_agent" },
	...ownRows("mcpTrail"),
];

/** Characters that ArcSight keeps, by its dictionary. */
const rules: FieldRules = {
	write: (key, text) => ` ${key}=${escapeCefValue(text)}`,
	trimmedKey: "mcpTrailTrimmed",
	maxCharacters: {
		act: 63,
		app: 31,
		cs1: 4_000,
		cs6: 4_000,
		destinationServiceName: 1_023,
		deviceExternalId: 255,
		deviceProcessName: 1_023,
		dvchost: 100,
		externalId: 40,
		msg: 1_023,
		outcome: 63,
		reason: 1_023,
		request: 1_023,
		requestClientApplication: 1_023,
		requestMethod: 1_023,
		sourceServiceName: 1_023,
		spriv: 1_023,
		suid: 1_023,
		suser: 1_023,
	},
};

const fill = table([...headerRows, ...extensionRows], { flat: true });

/** The event as one CEF line of at most `maxBytes`. */
export function cefLine(event: StoredEvent, maxBytes: number): string {
	const filled = fill(event);
	const head = header.map((name) =>
		escapeCefHeader(cutText(lineText(filled.said[name]) ?? "Unknown", headerCharacters[name])),
	);
	const begin = `CEF:0|${head.join("|")}|`;
	// The first field stands right behind the header, without the space.
	const room = maxBytes - Buffer.byteLength(begin) + 1;
	return begin + writeFields(fieldsOf(filled, header, "mcpTrailRest"), rules, room).slice(1);
}

/**
 * Makes the format for Common Event Format, version 0, for a receiver that takes lines of another
 * length than rsyslog's 8,096 bytes.
 *
 * @example
 * const short = cefFormat({ maxBytes: 4_096 });
 */
export function cefFormat({ maxBytes = 8_096 }: LineOptions = {}): Format<string> {
	checkMaxBytes(maxBytes);
	return {
		name: "cef",
		mediaType: "text/plain; charset=utf-8",
		project: (event) => cefLine(event, maxBytes),
	};
}

/** Common Event Format, version 0; a line has at most 8,096 bytes. */
export const cef: Format<string> = cefFormat();

/** How `cef` maps. */
export const cefMapping: Mapping<string> = {
	format: cef,
	title: "Common Event Format (CEF:0)",
	about:
		"One line, without a line feed. In the header `\\` and `|` are escaped, in the extension `\\`, `=` and line breaks; hidden and control characters are shown as `\\u{202e}`. Keys of the ArcSight dictionary where one fits, custom ones with the prefix `mcpTrail`. A text longer than ArcSight keeps ends in `…`. Fields stand in the order of their importance: what does not fit into 8,096 bytes (`cefFormat({ maxBytes })`) is left out whole, from the end; `mcpTrailTrimmed` names every field that was cut or left out.",
	parts: [
		{ title: "Header", rows: headerRows },
		{ title: "Extension", rows: extensionRows },
	],
	rest: "`mcpTrailRest`, as JSON under the event's own names.",
};
