import type { Audit } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	type DefinitionDetail,
	type NewEvent,
	type Target,
} from "@mcp-trail/event";
import { tokenLinesOf } from "../client/token-lines.ts";
import { derived } from "../audited/derived.ts";
import type { Following } from "../audited/follower.ts";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { shortKey } from "../short-key.ts";
import { drift, type Change, type Drift } from "./drift.ts";
import { fieldWord } from "./fingerprint.ts";
import { nameOwners, type NameOwners } from "./name-owners.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface ListFacts {
	readonly member: string;
	readonly kind: Target["kind"];
	/** What identifies an item within its list. */
	readonly key: string;
}

const lists: ReadonlyMap<string, ListFacts> = new Map<string, ListFacts>([
	["tools/list", { member: "tools", kind: "tool", key: "name" }],
	["prompts/list", { member: "prompts", kind: "prompt", key: "name" }],
	["resources/list", { member: "resources", kind: "resource", key: "uri" }],
	[
		"resources/templates/list",
		{ member: "resourceTemplates", kind: "resource_template", key: "uriTemplate" },
	],
]);

/** So many changes of one kind in one list are told by an event each; the rest share one. */
const MAX_TOLD = 64;
const MAX_ITEMS = 4096;

interface Memory {
	readonly drift: Drift;
	/** Of callers whose tokens nobody here checked: however many they show, the others' lists stay. */
	readonly loose: Drift;
	readonly owners: NameOwners;
	readonly numbers: WeakMap<Connection, number>;
	next: number;
}

const memories = new WeakMap<Audit, Memory>();

function memoryOf(audit: Audit): Memory {
	let memory = memories.get(audit);
	if (memory === undefined) {
		memory = {
			drift: drift(),
			loose: drift(64),
			owners: nameOwners(),
			numbers: new WeakMap(),
			next: 1,
		};
		memories.set(audit, memory);
	}
	return memory;
}

/** Which server's list: its identity, or, of one that has none, its connection; a server is itself by its name. */
function serverOf(memory: Memory, connection: Connection): string {
	const { role, reached } = connection;
	if (role === "server") return `server ${connection.server()?.name ?? ""}`;
	if (reached?.id !== undefined) return `client ${reached.id}`;
	let number = memory.numbers.get(connection);
	if (number === undefined) memory.numbers.set(connection, (number = memory.next++));
	return `connection ${number}`;
}

/** Whose list: public ones are everybody's, others are never compared between principals. */
function readerOf(audit: Audit, exchange: Exchange, result: JsonObject): string | undefined {
	if (result["cacheScope"] === "public") return "";
	const { auth, carried, certificate, identity, tokenDigest } = exchange;
	const { iss = "", sub = "" } = auth?.claims ?? {};
	const { id, issuer, tenant } = identity?.principal ?? {};
	if (typeof iss !== "string" || typeof sub !== "string") return undefined;
	// On a client the application may say for whom it calls; else its tokens do.
	const token = id === undefined ? (carried?.tokenDigest ?? tokenDigest) : undefined;
	if ((auth ?? certificate ?? identity ?? token) === undefined) return "";
	const line = token === undefined ? undefined : tokenLinesOf(audit).of(token);
	const shown = auth === undefined && id === undefined ? certificate : undefined;
	const words = [iss, sub, auth?.clientId, id, issuer, tenant, line, shown?.id, shown?.issuer];
	return shortKey(JSON.stringify(words));
}

/** A caller of a server who is known by a token that nobody here checked. */
const isLoose = ({ auth, certificate, identity, tokenDigest }: Exchange): boolean =>
	(auth ?? certificate ?? identity) === undefined && tokenDigest !== undefined;

function targetOf(
	{ kind, key: member }: ListFacts,
	{ key, isCut }: Change,
	event: NewEvent,
	audit: Audit,
): Target {
	const target: Writable<Target> = { kind };
	if (member === "uri") {
		const uri = cleanUri(key, 1024);
		if (uri !== undefined) target.uri = uri;
		// What a list no longer shows is known by its beginning alone where it was long.
		if (isCut !== true) target.uri_digest = audit.digester.digest("uri", key);
	} else {
		const name = cleanText(key, 256);
		if (name !== undefined) target.name = name;
	}
	const server = event.target?.server;
	if (server) target.server = server;
	return target;
}

function detailOf(change: Change, event: NewEvent): DefinitionDetail {
	const { digest, previousDigest, material, fields, hiddenText, collidesWith } = change;
	const list = event.definition;
	return {
		change: change.change,
		...(digest !== undefined && { digest }),
		...(previousDigest !== undefined && { previous_digest: previousDigest }),
		...(list?.list_digest !== undefined && { list_digest: list.list_digest }),
		...(material !== undefined && { material }),
		...(fields && fields.length > 0 && { fields: fields.slice(0, 16).map(fieldWord) }),
		...(hiddenText && { hidden_text: hiddenText }),
		...(collidesWith && { collides_with: collidesWith }),
		...(list?.list_size !== undefined && { list_size: list.list_size }),
	};
}

/** Follows what a list shows: what was added, removed, changed, or came back. */
export function followList(audit: Audit, exchange: Exchange): Following | undefined {
	const facts = lists.get(exchange.method);
	if (facts === undefined) return undefined;
	const { kind, member, key } = facts;
	const { connection, params } = exchange;
	const memory = memoryOf(audit);
	let changes: readonly Change[] = [];

	function tell(change: Change, event: NewEvent, count?: number): void {
		const told = derived("mcp.definition.changed", event, {
			target: targetOf(facts ?? { member, kind, key }, change, event, audit),
			...(count !== undefined && count > 1 && { count }),
			definition: detailOf(change, event),
		});
		audit.record(told);
	}

	return {
		answered({ result }, listed) {
			const items = isObject(result) ? result[member] : undefined;
			if (!isObject(result) || !Array.isArray(items)) return;
			const reader = readerOf(audit, exchange, result);
			if (reader === undefined) return;
			const shown = items.slice(0, MAX_ITEMS).flatMap((item: unknown) => {
				const name = isObject(item) ? item[key] : undefined;
				return isObject(item) && typeof name === "string" ? [[name, item] as const] : [];
			});
			const id = kind === "tool" ? cleanText(connection.reached?.id, 512) : undefined;
			const seen = isLoose(exchange) && reader !== "" ? memory.loose : memory.drift;
			changes = seen.listed({
				scope: `${kind} ${serverOf(memory, connection)} ${reader}`,
				// A server may be made for every request; its pages are those of one list all the same.
				reader: connection.role === "server" ? memory : connection,
				items: shown,
				digest: listed?.digest,
				cursor: params?.["cursor"],
				next: result["nextCursor"],
				isFirst: params?.["cursor"] === undefined,
				isLast: result["nextCursor"] === undefined && items.length <= MAX_ITEMS,
				others: (name) => (id === undefined ? [] : memory.owners.note(name, id)),
			});
		},
		ended(event) {
			const byChange = new Map<Change["change"], Change[]>();
			for (const change of changes) {
				const alike = byChange.get(change.change);
				if (alike) alike.push(change);
				else byChange.set(change.change, [change]);
			}
			for (const alike of byChange.values()) {
				const all = alike.length <= MAX_TOLD ? alike : alike.slice(0, MAX_TOLD - 1);
				for (const change of all) tell(change, event);
				const first = alike[all.length];
				if (first) tell(first, event, alike.length - all.length);
			}
		},
	};
}
