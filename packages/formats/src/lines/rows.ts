import { isIPv4, isIPv6 } from "node:net";
import { ofText, words } from "../conversions.ts";
import type { Conversion, Row } from "../table.ts";

/** The constant that says what a custom field holds; written only beside that field. */
export function label(says: string): Conversion {
	return { says: `always \`${says}\``, keeps: false, of: () => says };
}

/** One word for one word, so that the event's can be read back; an unknown one says nothing. */
export function wordForWord(vocabulary: Readonly<Record<string, string | number>>): Conversion {
	return { ...words(vocabulary), keeps: true };
}

/** An IPv4 address; any other text says nothing. */
export const ipv4 = ofText("if it is an IPv4 address", (text) => onlyIf(isIPv4(text), text), true);

/** An IPv6 address without a zone; any other text says nothing. */
export const ipv6 = ofText(
	"if it is an IPv6 address",
	(text) => onlyIf(isIPv6(text) && !text.includes("%"), text),
	true,
);

function onlyIf(holds: boolean, text: string): string | undefined {
	return holds ? text : undefined;
}

/** Facts for which neither CEF nor LEEF has a key, the important ones first. */
const ownFields: readonly (readonly [name: string, from: string])[] = [
	["assurance", "actor.principal.assurance"],
	["layer", "outcome.layer"],
	["toolError", "outcome.tool_error"],
	["httpStatus", "outcome.http_status"],
	["findingRule", "finding.rule"],
	["findingTitle", "finding.title"],
	["findingConfidence", "finding.confidence"],
	["findingEvents", "finding.event_ids"],
	["lostEvents", "loss.events"],
	["lostActingEvents", "loss.acting_events"],
	["lossCause", "loss.cause"],
	["lossSince", "loss.since"],
	["lossUntil", "loss.until"],
	["definitionChange", "definition.change"],
	["hiddenText", "definition.hidden_text"],
	["taskStatus", "task.status"],
	["taskDigest", "task.id_digest"],
	["inputKind", "input.kind"],
	["inputAction", "input.action"],
	["sink", "sink.name"],
	["sinkCode", "sink.code"],
	["sinkEvents", "sink.events"],
	["configDigest", "config.digest"],
	["checkpointEvents", "checkpoint.events"],
	["recoveredStream", "recovery.stream_id"],
	["recoveredSequence", "recovery.last_sequence"],
	["cleanEnd", "recovery.clean_end"],
	["prunedStream", "prune.stream_id"],
	["prunedFirst", "prune.first_sequence"],
	["prunedLast", "prune.last_sequence"],
	["tenant", "actor.principal.tenant"],
	["delegation", "actor.delegation"],
	["authScheme", "actor.auth.scheme"],
	["authClientId", "actor.auth.client_id"],
	["requestDigest", "request.digest"],
	["responseDigest", "response.digest"],
	["definitionDigest", "target.definition_digest"],
	["serverName", "target.server.name"],
	["intentId", "operation.intent_id"],
	["requestId", "mcp.request_id"],
	["direction", "mcp.direction"],
	["role", "mcp.role"],
	["protocolVersion", "mcp.protocol_version"],
	["spanId", "trace.span_id"],
	["previousHash", "integrity.previous_hash"],
	["recorder", "producer.recorder"],
	["instance", "producer.instance"],
	["environment", "producer.environment"],
	["labels", "labels"],
];

/** The rows of those facts, under names that begin with a prefix. */
export function ownRows(prefix: string): readonly Row[] {
	return ownFields.map(([name, from]) => ({
		to: prefix === "" ? name : `${prefix}${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`,
		from,
	}));
}
