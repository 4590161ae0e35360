import { epochMs, ofText } from "../conversions.ts";
import type { Conversion, Row } from "../table.ts";
import { wordForWord } from "./rows.ts";
import { syslogSeverities } from "./severities.ts";

/** A header field: printable ASCII, not longer than the RFC allows, and not the `-` that says nothing. */
function printable(maxCharacters: number): Conversion {
	const fits = new RegExp(`^(?!-$)[!-~]{1,${maxCharacters}}$`);
	return ofText(
		`if it is printable ASCII without spaces, at most ${maxCharacters} characters; else \`-\``,
		(text) => (fits.test(text) ? text : undefined),
		true,
	);
}

const realTime: Conversion = {
	says: "if the date exists; else `-`",
	keeps: true,
	of: (time, event) => (epochMs.of(time, event) === undefined ? undefined : time),
};

/** `sequenceId` counts to 2^31 − 1 and begins again at 1 (RFC 5424 §7.3.1). */
const sequenceId: Conversion = {
	says: "modulo 2,147,483,647, from 1",
	keeps: false,
	of: (sequence) =>
		typeof sequence === "number" ? ((sequence - 1) % 2_147_483_647) + 1 : undefined,
};

/** What makes up the header. */
export const headerRows: readonly Row[] = [
	{ to: "severity of PRI", from: "severity", as: wordForWord(syslogSeverities) },
	{ to: "TIMESTAMP", from: "time", as: realTime },
	{ to: "HOSTNAME", from: "producer.host", as: printable(255) },
	{ to: "APP-NAME", is: "mcp-trail" },
	{ to: "PROCID", from: "producer.instance", as: printable(128) },
	{ to: "MSGID", from: "type", as: printable(32) },
	{ to: "meta sequenceId", from: "integrity.sequence", as: sequenceId },
];

const asItIs = (paths: readonly string[]): Row[] => paths.map((path) => ({ to: path, from: path }));

/** What every message has, whatever its body. */
export const envelopeRows = asItIs([
	"id",
	"type",
	"phase",
	"severity",
	"outcome.status",
	"integrity.stream_id",
	"integrity.sequence",
	"integrity.hash",
]);

/** In the order of importance: what does not fit is left out from the end. */
export const detailRows = asItIs([
	"schema_version",
	"outcome.layer",
	"outcome.reason",
	"outcome.executed",
	"outcome.tool_error",
	"outcome.rpc_code",
	"outcome.http_status",
	"count",
	"mcp.method",
	"actor.principal.type",
	"actor.principal.id",
	"actor.principal.id_digest",
	"actor.principal.issuer",
	"actor.principal.tenant",
	"actor.principal.assurance",
	"actor.delegation",
	"target.kind",
	"target.name",
	"target.uri",
	"target.known",
	"target.server.id",
	"target.server.name",
	"actor.client.name",
	"finding.rule",
	"finding.title",
	"finding.confidence",
	"loss.events",
	"loss.acting_events",
	"loss.cause",
	"loss.since",
	"loss.until",
	"definition.change",
	"definition.hidden_text",
	"task.status",
	"input.kind",
	"input.action",
	"sink.name",
	"sink.code",
	"sink.events",
	"config.digest",
	"network.client_address",
	"network.client_port",
	"mcp.direction",
	"mcp.role",
	"mcp.transport",
	"operation.id",
	"operation.intent_id",
	"trace.id",
	"trace.span_id",
	"start_time",
	"duration_us",
	"outcome.message",
	"request.digest",
	"response.digest",
	"target.definition_digest",
	"integrity.previous_hash",
	"producer.service",
	"producer.recorder",
	"network.http.user_agent",
	"labels",
]);
