import type { Reached } from "../peer-connection.ts";
import { isCallback, member } from "./loose.ts";

/** A server that the operator knows, by what cannot be claimed: where it is, or how it is started. */
export type ListedServer =
	| { readonly id: string; readonly url: string }
	| { readonly id: string; readonly command: string; readonly args?: readonly string[] };

/** Tells which server a client's transport reaches. */
export type Reach = (transport: object) => Reached | undefined;

const MAX_ID = 512;
const MAX_ARGS = 1000;

/** A command line as one text: no two different ones are alike. */
function lineOf(command: unknown, args: unknown): string | undefined {
	if (typeof command !== "string") return undefined;
	const rest: readonly unknown[] = Array.isArray(args) ? args.slice(0, MAX_ARGS) : [];
	return JSON.stringify([command, ...rest.map(String)]);
}

/** Both SDKs keep it in the same private member. */
function commandOf(transport: object): string | undefined {
	const started = member(transport, "_serverParams");
	return lineOf(member(started, "command"), member(started, "args"));
}

function urlOf(transport: object): URL | undefined {
	const url = member(transport, "_url");
	return url instanceof URL && url.host !== "" ? url : undefined;
}

/** Without what may hold a secret: user info, query and fragment. */
const placeOf = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;

function parsed(url: string, index: number): URL {
	if (!URL.canParse(url))
		throw new TypeError(
			`servers[${index}].url is no URL; give one such as "https://mcp.example.com/mcp".`,
		);
	return new URL(url);
}

/** Makes what tells servers apart; throws a TypeError that names the entry of `servers` that is wrong. */
export function reach(
	servers: readonly ListedServer[] | undefined,
	digestCommand: ((line: string) => string) | undefined,
): Reach {
	const places = new Map<string, string>();
	const lines = new Map<string, string>();
	for (const [index, server] of (servers ?? []).entries()) {
		const { id } = server;
		if (typeof id !== "string" || id === "" || id.length > MAX_ID)
			throw new TypeError(`servers[${index}].id is no text of 1 to ${MAX_ID} characters.`);
		if ("url" in server) places.set(placeOf(parsed(server.url, index)), id);
		else {
			const line = lineOf(server.command, server.args);
			if (line === undefined)
				throw new TypeError(`servers[${index}] has neither url nor command; give one of them.`);
			lines.set(line, id);
		}
	}
	const listing = (id: string | undefined): Pick<Reached, "listed"> =>
		servers === undefined ? {} : { listed: id !== undefined };
	return (transport) => {
		if (!isCallback(member(transport, "send"))) return undefined;
		const url = urlOf(transport);
		if (url !== undefined) {
			// The scheme of `ws:` has an origin, too; URL says "null" of all but those of the web.
			const origin = `${url.protocol}//${url.host}`;
			const id = places.get(placeOf(url)) ?? places.get(`${origin}/`);
			return { id: id ?? origin, origin, ...listing(id) };
		}
		const line = commandOf(transport);
		if (line === undefined) return undefined;
		const id = lines.get(line);
		const commandDigest = digestCommand?.(line);
		const known = id ?? commandDigest;
		return {
			...(known !== undefined && { id: known }),
			...(commandDigest !== undefined && { commandDigest }),
			...listing(id),
		};
	};
}
