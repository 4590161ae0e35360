import { createHash } from "node:crypto";
import type { Audit } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	severityOf,
	type DiscoveryDetail,
	type NewEvent,
	type ServerInfo,
} from "@mcp-trail/event";
import { canonicalize } from "@mcp-trail/integrity";
import { recordOf, sayingOne } from "../audited/record-of.ts";
import { shortKey } from "../short-key.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What an application read about a server before it talked to it. */
export interface DiscoveryRead {
	readonly source: "server_card" | "catalog" | "registry";
	/** Where it was read; user info, query and fragment are left out. */
	readonly url: string;
	/** The document, parsed; absent where there was none to be had. */
	readonly document?: unknown;
	readonly etag?: string;
	/** Status of the HTTP answer, where it was read over HTTP. */
	readonly httpStatus?: number;
	/** What the document calls the server: its own word. */
	readonly name?: string;
	readonly version?: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PLACES = 1024;

/** `sha256:<64 hex>` of a document's RFC 8785 form; undefined where it is no JSON, or too large. */
export function documentDigest(document: unknown): string | undefined {
	const canonical = canonicalize(document, { maxBytes: MAX_BYTES });
	if ("undigested" in canonical) return undefined;
	return `sha256:${createHash("sha256").update(canonical.text).digest("hex")}`;
}

const digests = new WeakMap<Audit, Map<string, string>>();

/** Notes what a place says now; gives what it said before, where that was something else. */
export function previousDigest(audit: Audit, place: string, digest: string): string | undefined {
	let known = digests.get(audit);
	if (known === undefined) digests.set(audit, (known = new Map()));
	const before = known.get(place);
	known.delete(place);
	known.set(place, digest);
	const [oldest] = known.size > MAX_PLACES ? known.keys() : [];
	if (oldest !== undefined) known.delete(oldest);
	return before === digest ? undefined : before;
}

function serverOf({ name, version }: DiscoveryRead): ServerInfo | undefined {
	const said = cleanText(name, 128);
	if (said === undefined) return undefined;
	const release = cleanText(version, 64);
	return { name: said, ...(release !== undefined && { version: release }) };
}

/**
 * Records that a server card, a catalogue or a registry entry was read, and whether it is what the same URL gave
 * before. What an SDK reads by `server/discover` is recorded without it. Never throws: of what says too little no event
 * can be made, which the audit counts as lost (`invalid_event`) and reports.
 *
 * @example
 * const url = "https://mcp.example.com/mcp/server-card";
 * const answer = await fetch(url);
 * const card: unknown = await answer.json();
 * discoveryRead(audit, { source: "server_card", url, document: card, httpStatus: answer.status });
 */
export function discoveryRead(audit: Audit, read: DiscoveryRead): void {
	recordOf(audit, () => eventOf(audit, read));
}

function eventOf(audit: Audit, read: DiscoveryRead): NewEvent {
	sayingOne(read, "source", ["server_card", "catalog", "registry"]);
	const { source, document, etag, httpStatus } = read;
	const url = cleanUri(read.url, 1024);
	const digest = document === undefined ? undefined : documentDigest(document);
	const before =
		digest === undefined
			? undefined
			: previousDigest(audit, `${source} ${shortKey(read.url)}`, digest);
	const discovery: Writable<DiscoveryDetail> = { source };
	if (url !== undefined) discovery.url = url;
	if (digest !== undefined) discovery.digest = digest;
	if (before !== undefined) discovery.previous_digest = before;
	const tag = cleanText(etag, 128);
	if (tag !== undefined) discovery.etag = tag;
	const status = Number.isInteger(httpStatus) ? httpStatus : undefined;
	const isFound = document !== undefined && (status === undefined || status < 400);
	const server = serverOf(read);
	const outcome: NonNullable<NewEvent["outcome"]> = {
		...(isFound
			? { status: "success" }
			: { status: "failure", layer: "transport", reason: "http_refused" }),
		...(status !== undefined && status >= 100 && status <= 599 && { http_status: status }),
	};
	return inMemberOrder({
		type: "mcp.discovery.read",
		severity: severityOf("mcp.discovery.read", outcome),
		outcome,
		actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
		...(server && { target: { kind: "server", server } }),
		recording: { level: "metadata", policy: audit.policy.digest.slice(7, 19) },
		discovery,
	});
}
