import { cleanText, type Delegate, type Principal } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";

/** What an application is asked about. */
export interface IdentifyRequest {
	/** Which side asks: on a server who called, on a client for whom it calls. */
	readonly role: "client" | "server";
	readonly transport: Connection["transport"];
	/** Absent for a frame without one. */
	readonly method: string | undefined;
	/** Where the request came from, where a server knows it. */
	readonly clientAddress: string | undefined;
	/**
	 * What the SDK hands on beside a message, on servers: 1.x `{ authInfo, requestInfo }`, 2.x `{ authInfo, request }`.
	 * Of what an HTTP edge saw refused: both, where `request` is the host's own. Nothing of it is recorded.
	 */
	readonly extra: unknown;
}

/** What an application says of who asks; every text is cleaned and cut before it is kept. */
export interface Identity {
	/** @default "user" where there is an `id`, else "unknown" */
	readonly type?: Principal["type"];
	/** At most 256 characters. */
	readonly id?: string;
	/** Who vouches for `id`; the pair is the identity. At most 512 characters. */
	readonly issuer?: string;
	/** At most 128 characters. */
	readonly tenant?: string;
	/** True: the application itself checked a credential. @default false: it is the application's word alone */
	readonly verified?: boolean;
	/** Where the application learned it. @default "application" */
	readonly source?: Exclude<Principal["source"], "none">;
	/** Who acts for whom, the current actor first; at most 10. */
	readonly delegation?: readonly {
		readonly type?: Principal["type"];
		readonly id?: string;
		readonly issuer?: string;
	}[];
}

/** Tells who asks; called synchronously on the arrival of a request, in its asynchronous context. */
export type Identify = (request: IdentifyRequest) => Identity | undefined;

/** An identity as it may be recorded. */
export interface KnownIdentity {
	readonly principal: Principal;
	readonly delegation: readonly Delegate[];
}

const types = ["user", "service", "workload", "anonymous", "unknown"] as const;
const sources = ["access_token", "client_certificate", "application", "operating_system"] as const;
const MAX_DELEGATES = 10;

/** A name as text; numbers are ids in many a database. What is a credential is no name. */
function named(
	value: unknown,
	max: number,
	isSecret: (text: string) => boolean,
): string | undefined {
	const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
	const clean = cleanText(text, max);
	return clean === undefined || isSecret(String(text)) ? undefined : clean;
}

const typeOf = (value: unknown, id: string | undefined): Principal["type"] =>
	types.find((one) => one === value) ?? (id === undefined ? "unknown" : "user");

function delegationOf(chain: unknown, isSecret: (text: string) => boolean): readonly Delegate[] {
	if (!Array.isArray(chain)) return [];
	const delegates: Delegate[] = [];
	for (const one of chain.slice(0, MAX_DELEGATES)) {
		if (!isObject(one)) continue;
		const id = named(one["id"], 256, isSecret);
		const issuer = named(one["issuer"], 512, isSecret);
		delegates.push({
			type: typeOf(one["type"], id),
			...(id !== undefined && { id }),
			...(issuer !== undefined && { issuer }),
		});
	}
	return delegates;
}

/** Takes what an application said: bounded, cleaned, and never above its own word. */
export function knownIdentity(
	said: unknown,
	isSecret: (text: string) => boolean,
): KnownIdentity | undefined {
	if (!isObject(said)) return undefined;
	const text = (key: string, max: number): string | undefined => named(said[key], max, isSecret);
	const id = text("id", 256);
	const issuer = text("issuer", 512);
	const tenant = text("tenant", 128);
	const type = typeOf(said["type"], id);
	const isNobody = type === "anonymous" || (id === undefined && tenant === undefined);
	const source = sources.find((one) => one === said["source"]) ?? "application";
	return {
		principal: {
			type,
			...(id !== undefined && { id }),
			...(issuer !== undefined && { issuer }),
			...(tenant !== undefined && { tenant }),
			assurance: isNobody ? "none" : said["verified"] === true ? "verified" : "asserted",
			source: isNobody ? "none" : source,
		},
		delegation: delegationOf(said["delegation"], isSecret),
	};
}
