import { Buffer } from "node:buffer";
import type { StoredEvent } from "@mcp-trail/event";
import { epochMs, ipAddress } from "../conversions.ts";
import { showLeefEnd } from "./escapes.ts";
import type { Format } from "../format.ts";
import { fieldsOf, writeFields } from "./fields.ts";
import { checkMaxBytes } from "./options.ts";
import type { LineOptions } from "./options.ts";
import { ownRows, wordForWord } from "./rows.ts";
import { cefSeverities } from "./severities.ts";
import { cutText, lineText } from "./text.ts";
import type { Mapping } from "../mapping.ts";
import { table } from "../table.ts";
import type { Row } from "../table.ts";

const header = ["Vendor", "Product", "Version", "EventID"] as const;

/** Characters of a header field. */
const headerCharacters = {
	Vendor: 63,
	Product: 63,
	Version: 31,
	EventID: 255,
} as const satisfies Readonly<Record<(typeof header)[number], number>>;

const headerRows: readonly Row[] = [
	{ to: "Vendor", is: "mcp-trail" },
	{ to: "Product", is: "mcp-trail" },
	{ to: "Version", from: "schema_version" },
	{ to: "EventID", from: "type" },
];

/** In the order of importance: what does not fit is left out from the end. */
const attributeRows: readonly Row[] = [
	{ to: "devTime", from: "time", as: epochMs },
	{ to: "cat", from: "outcome.status" },
	{ to: "sev", from: "severity", as: wordForWord(cefSeverities) },
	{ to: "id", from: "id" },
	{ to: "stream", from: "integrity.stream_id" },
	{ to: "sequence", from: "integrity.sequence" },
	{ to: "hash", from: "integrity.hash" },
	{ to: "method", from: "mcp.method" },
	{ to: "phase", from: "phase" },
	{ to: "reason", from: "outcome.reason" },
	{ to: "executed", from: "outcome.executed" },
	{ to: "count", from: "count" },
	{ to: "principalType", from: "actor.principal.type" },
	{ to: "usrName", from: "actor.principal.id" },
	{ to: "principalDigest", from: "actor.principal.id_digest" },
	{ to: "issuer", from: "actor.principal.issuer" },
	{ to: "targetKind", from: "target.kind" },
	{ to: "resource", from: "target.name" },
	{ to: "url", from: "target.uri" },
	{ to: "server", from: "target.server.id" },
	{ to: "client", from: "actor.client.name" },
	{ to: "src", from: "network.client_address", as: ipAddress },
	{ to: "srcPort", from: "network.client_port" },
	{ to: "dst", from: "network.server_address", as: ipAddress },
	{ to: "dstPort", from: "network.server_port" },
	{ to: "transport", from: "mcp.transport" },
	{ to: "service", from: "producer.service" },
	{ to: "host", from: "producer.host" },
	{ to: "operation", from: "operation.id" },
	{ to: "trace", from: "trace.id" },
	{ to: "durationMicroseconds", from: "duration_us" },
	{ to: "rpcCode", from: "outcome.rpc_code" },
	{ to: "startTime", from: "start_time" },
	{ to: "observedTime", from: "observed_time" },
	{ to: "message", from: "outcome.message" },
	{ to: "httpMethod", from: "network.http.method" },
	{ to: "userAgent", from: "network.http.user_agent" },
	...ownRows(""),
];

const fill = table([...headerRows, ...attributeRows], { flat: true });

/** Options of `leefFormat`. */
export interface LeefOptions extends LineOptions {
	/** What separates attributes: a tab, or a printable character that is in no key. @default a tab */
	readonly delimiter?: "\t" | "^" | "~" | "!" | "#" | "%" | "&" | ";";
}

/**
 * Makes the format for Log Event Extended Format 2.0, for a receiver that takes lines of another
 * length than QRadar's 4,096 bytes, or attributes separated otherwise.
 *
 * @example
 * const caret = leefFormat({ delimiter: "^", maxBytes: 8_192 });
 */
export function leefFormat({
	maxBytes = 4_096,
	delimiter = "\t",
}: LeefOptions = {}): Format<string> {
	checkMaxBytes(maxBytes);
	if (!/^[\t^~!#%&;]$/.test(delimiter))
		throw new TypeError(`delimiter is ${JSON.stringify(delimiter)}; give a tab or one of ^~!#%&;`);
	const code = delimiter.charCodeAt(0).toString(16).padStart(2, "0");
	// No delimiter has a meaning in JSON outside of texts, and in them JSON has an escape of its own.
	const inJson = `\\u00${code}`;
	const rules = {
		write: (key: string, text: string, json: boolean) =>
			`${delimiter}${key}=${json ? text.replaceAll(delimiter, inJson) : showLeefEnd(text, delimiter)}`,
		trimmedKey: "trimmed",
		maxCharacters: { usrName: 255 },
	};
	return {
		name: "leef",
		mediaType: "text/plain; charset=utf-8",
		project: (event: StoredEvent) => {
			const filled = fill(event);
			const head = header.map((name) =>
				showLeefEnd(cutText(lineText(filled.said[name]) ?? "unknown", headerCharacters[name]), "|"),
			);
			const begin = `LEEF:2.0|${head.join("|")}|x${code}|`;
			// The first attribute stands right behind the header, without the delimiter.
			const room = maxBytes - Buffer.byteLength(begin) + 1;
			return begin + writeFields(fieldsOf(filled, header, "rest"), rules, room).slice(1);
		},
	};
}

/** Log Event Extended Format 2.0; a line has at most 4,096 bytes. */
export const leef: Format<string> = leefFormat();

/** How `leef` maps. */
export const leefMapping: Mapping<string> = {
	format: leef,
	title: "Log Event Extended Format (LEEF 2.0)",
	about:
		"One line, without a line feed, attributes separated by tabs. LEEF has no escapes: a `|` in the header and whatever would separate attributes is shown as `\\u{7c}`, as hidden and control characters are; a value may hold `=`, the first one ends the key. `cat` beside EventID is what QRadar tells events apart by. Attributes stand in the order of their importance: what does not fit into 4,096 bytes, QRadar's default for TCP (`leefFormat({ maxBytes, delimiter })`), is left out whole, from the end; `trimmed` names every attribute that was cut or left out.",
	parts: [
		{ title: "Header", rows: headerRows },
		{ title: "Attributes", rows: attributeRows },
	],
	rest: "`rest`, as JSON under the event's own names.",
};
