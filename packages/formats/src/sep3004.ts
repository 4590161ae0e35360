import type { KnownType, StoredEvent } from "@mcp-trail/event";
import { computed, nearestTime, ofText, words } from "./conversions.ts";
import type { Format } from "./format.ts";
import type { Mapping } from "./mapping.ts";
import { sep3004Outcomes } from "./outcomes.ts";
import { sep3004Hash, sep3004Text } from "./sep3004-canonical.ts";
import type { Sep3004Core, Sep3004Record } from "./sep3004-canonical.ts";
import { table } from "./table.ts";
import type { Fields, Row } from "./table.ts";

const trimmed = ofText("NFC, without spaces at the ends", (text) => {
	const clean = sep3004Text(text);
	return clean === "" ? undefined : clean;
});

const outcomeWords = words(sep3004Outcomes, "allowed");

/** What counts as an error of the recorder itself where an event has no outcome. */
const troubles: readonly string[] = [
	"trail.lost",
	"trail.sink_refused",
] satisfies readonly KnownType[];

/** A policy id is `<scope>/<name>@<revision>`; other characters of ours become `_`. */
const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]/g, "_");

const coreRows: readonly Row[] = [
	{ to: "event_id", from: "id" },
	{ to: "occurred_at", from: "time", as: nearestTime },
	{ to: "principal_id", from: "actor.principal.id", as: trimmed },
	{ to: "principal_id", from: "actor.principal.id_digest" },
	{
		to: "principal_id",
		as: computed(
			"without an identifier `anonymous` or `unknown`; without `actor` `producer.service`",
			({ actor, producer }) => {
				if (actor === undefined) return sep3004Text(producer.service);
				return actor.principal.type === "anonymous" ? "anonymous" : "unknown";
			},
		),
	},
	{
		to: "event_type",
		from: "mcp.method",
		as: ofText("tool_call, if a request is `tools/call`", (method, { type }) =>
			type === "mcp.request" && method === "tools/call" ? "tool_call" : undefined,
		),
	},
	{ to: "event_type", from: "type", as: words({ "mcp.discovery.read": "server_discovery" }) },
	{ to: "event_type", from: "type" },
	{
		to: "tool_name",
		from: "target.name",
		as: ofText("if `target.kind` is tool, else null", (name, { target }) =>
			target?.kind === "tool" ? sep3004Text(name) : undefined,
		),
	},
	{
		to: "outcome",
		from: "outcome.layer",
		as: ofText("error, if the recorder refused it", (layer, { outcome }) =>
			layer === "recorder" && outcome?.status === "denied" ? "error" : undefined,
		),
	},
	{ to: "outcome", from: "outcome.status", as: outcomeWords },
	{
		to: "outcome",
		as: computed(
			"without `outcome`: deferred for an intent, error for `trail.lost` and `trail.sink_refused`, else allowed",
			({ type, phase }) => {
				if (phase === "intent") return "deferred";
				return troubles.includes(type) ? "error" : "allowed";
			},
		),
	},
];

const governance = "extensions.caller-governance";
const security = "extensions.runtime-security";

const extensionRows: readonly Row[] = [
	{ to: `${governance}.purpose_declared`, is: "undeclared" },
	{ to: `${governance}.session_id`, from: "operation.id", as: trimmed },
	{
		to: `${governance}.invoked_by_principal_id`,
		from: "actor.delegation",
		as: computed("`id`, else `id_digest`, of the first", ({ actor }) => {
			const [delegate] = actor?.delegation ?? [];
			const id = delegate?.id ?? delegate?.id_digest;
			return id === undefined ? undefined : sep3004Text(id);
		}),
	},
	{
		to: `${governance}.human_actor_id`,
		from: "actor.principal.id",
		as: ofText("if `actor.principal.type` is user", (id, { actor }) =>
			actor?.principal.type === "user" ? sep3004Text(id) : undefined,
		),
	},
	{
		to: `${governance}.flagged`,
		from: "type",
		as: ofText("true for `mcp.finding`", (type) => (type === "mcp.finding" ? true : undefined)),
	},
	{
		to: `${security}.drift_status`,
		from: "definition.change",
		as: computed("observed; confirmed, if `definition.material`", ({ definition }) =>
			definition?.material === true ? "confirmed" : "observed",
		),
	},
	{ to: `${security}.drift_status`, is: "none" },
	{
		to: `${security}.severity`,
		from: "severity",
		as: words({ informational: "info", low: "low", medium: "medium", high: "high" }, "high"),
	},
	{
		to: `${security}.quarantine_decision`,
		from: "outcome.status",
		as: words({ denied: "hold", rejected: "hold" }, "release"),
	},
	{ to: `${security}.quarantine_decision`, is: "release" },
	{
		to: `${security}.policy_id`,
		as: computed(
			"`mcp-trail/<recording.rule>@<recording.policy>`, with `none` and `0` where there is none",
			({ recording }) =>
				`mcp-trail/${plain(recording?.rule ?? "none")}@${plain(recording?.policy ?? "0")}`,
		),
	},
	{ to: `${security}.evidence_hash`, from: "integrity.hash" },
];

const fill = table([...coreRows, ...extensionRows]);

/**
 * Says a stored event as a record of SEP-3004, after the record before it in its segment: one
 * segment per stream. The whole event is bound by `runtime-security.evidence_hash`.
 *
 * @example
 * const first = sep3004Record(stored, null);
 * const second = sep3004Record(stored, first.event_hash);
 */
export function sep3004Record(event: StoredEvent, previousHash: string | null): Sep3004Record {
	const { said } = fill(event);
	const core = { ...said, tool_name: said["tool_name"] ?? null, previous_hash: previousHash };
	if (!isCore(core)) throw new TypeError("the rows of SEP-3004 say no core; correct the table");
	return { ...core, event_hash: sep3004Hash(core) };
}

/** What the rows above always say, which their types cannot. */
function isCore(value: Fields): value is Fields & Sep3004Core {
	return ["event_id", "occurred_at", "principal_id", "event_type", "outcome", "extensions"].every(
		(name) => value[name] !== undefined,
	);
}

/** What SEP-3004 asks a recorder to say of itself. */
export const sep3004Manifest = {
	storage_mechanism: "append-only segments of one stream each",
	chain_algorithm: "SHA-256",
	canonical_form_version: "SEP-3004 draft",
	verification_procedure_ref:
		"recompute event_hash over the canonical form; previous_hash equals the event_hash before it",
} as const;

/** Records as heads of segments of their own: for the mapping page and its examples. */
const alone: Format<Fields> = {
	name: "sep3004",
	mediaType: "application/json",
	project: (event) => ({ ...sep3004Record(event, null) }),
};

/** How `sep3004Record` maps. */
export const sep3004Mapping: Mapping<Fields> = {
	format: alone,
	title: "SEP-3004 records",
	about:
		"The draft Tamper-Evident Audit Record Contract of MCP, strictly: no numbers, only registered extensions, the four outcomes. A record needs the hash of the one before, so `sep3004Record(event, previousHash)` makes it, and `mcp-trail convert --to sep3004` chains each stream that it reads; the examples stand alone. `event_hash` is the SHA-256 of the canonical form; `previous_hash` is null at the head of a stream.",
	parts: [
		{ title: "Core", rows: coreRows },
		{ title: "Extensions", rows: extensionRows },
	],
	rest: "not in the record, which takes no data of ours; `runtime-security.evidence_hash` is the hash of the whole stored event and binds it.",
};
