// Nothing here may import a package of the project: the test configuration reads it before anything is built.
import type { IncomingMessage, ServerResponse } from "node:http";

/** Where requests of the table arrive: a transport with sessions of either SDK, and the entry of 2026-07-28. */
export const places = ["v1 sessions", "v2 sessions", "v2 handler"] as const;
export type PlaceName = (typeof places)[number];

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface PlaceOptions {
	readonly legacy?: "reject";
	/** Stands in front, as authentication does. */
	readonly guard?: (next: Listener) => Listener;
	/** What authentication leaves at a request that it lets through. */
	readonly auth?: object;
	/** Hosts and origins that the SDK's helpers let through in front of the entry. @default all */
	readonly allows?: readonly string[];
	/** A framework reads the body before the entry does, as express.json() would. */
	readonly parses?: true;
	readonly transport?: object;
}

export const rpc = (method: string, params: object = {}, id: number | string = 1): string =>
	JSON.stringify({ jsonrpc: "2.0", id, method, params });
