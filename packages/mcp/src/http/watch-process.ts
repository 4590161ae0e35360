import { channel } from "node:diagnostics_channel";
import type { Audit } from "@mcp-trail/audit";
import { isObject } from "../hook/frame.ts";
import { isCallback, member } from "../hook/loose.ts";
import { emitWarning, reporter, type OnWarning } from "../warnings.ts";
import { type Asked, askedOfNode } from "./asked.ts";
import { clientAddressReader, type TrustedHops } from "./client-address.ts";
import { edgeCore, type EdgeCore } from "./edge-core.ts";
import { attend } from "./listener.ts";

/** What a watch on the HTTP servers of a process is made of. */
export interface WatchProcessHttpOptions extends TrustedHops {
	/**
	 * Where events go; the one that the servers inside are instrumented with. Asked with `true` where a request is
	 * MCP's by its own word, with `false` where it may be: an audit that is not open yet then need not be opened.
	 */
	readonly audit: (isNeeded: boolean) => Audit | undefined;
	/** Takes what could not be observed. @default a process warning */
	readonly onWarning?: OnWarning;
}

const WINDOW_MS = 5_000;
const MAX_KINDS = 256;
const MAX_PATHS = 64;

const HEADERS = ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"];

/** What only a client of MCP says: a header of the protocol, or the two types that its POST must accept. */
function saysMcp(asked: Asked): boolean {
	if (HEADERS.some((name) => asked.header(name) !== undefined)) return true;
	const accept = asked.method === "POST" ? (asked.header("accept") ?? "") : "";
	return accept.includes("application/json") && accept.includes("text/event-stream");
}

/** Paths on which MCP was served: the newest of them. */
function servedPaths() {
	const paths = new Set<string>();
	return {
		has: (path: string): boolean => paths.has(path),
		add(path: string): void {
			if (paths.has(path)) return;
			paths.add(path);
			const [oldest] = paths;
			if (paths.size > MAX_PATHS && oldest !== undefined) paths.delete(oldest);
		},
	};
}

/**
 * Records MCP requests that any `node:http` server of this process refuses before a transport sees them, as an
 * {@link httpEdge} around it would; one that is there takes over. Requests that are not MCP's leave no event: MCP's
 * are those with a header of the protocol, POSTs that accept both `application/json` and `text/event-stream`, and
 * all to a path on which an instrumented transport has served. Returns what ends the watch.
 *
 * @example
 * const unwatch = watchProcessHttp({ audit: () => audit });
 */
export function watchProcessHttp(options: WatchProcessHttpOptions): () => void {
	const { onFault } = reporter(options.onWarning ?? emitWarning);
	const served = servedPaths();
	const addressOf = clientAddressReader(options);
	let edge: EdgeCore | undefined;
	const edgeFor = (isNeeded: boolean): EdgeCore | undefined => {
		const audit = edge === undefined ? options.audit(isNeeded) : undefined;
		if (audit === undefined) return edge;
		return (edge = edgeCore({
			audit,
			isMcp: () => true,
			addressOf,
			windowMs: WINDOW_MS,
			maxKinds: MAX_KINDS,
			yields: true,
			onFault,
		}));
	};

	const starts = channel("http.server.request.start");
	const watch = (message: unknown): void => {
		const request = member(message, "request");
		const response = member(message, "response");
		if (!isObject(request) || !isObject(response)) return;
		const asked = askedOfNode(request);
		const isSaid = saysMcp(asked);
		const core = edgeFor(isSaid);
		const exchange = core?.watch(() => asked);
		if (core === undefined || exchange === undefined) return;
		exchange.enter();
		const once = member(response, "once");
		const learn = (): void => {
			if (exchange.isSeen()) served.add(asked.path);
		};
		if (isCallback(once)) Reflect.apply(once, response, ["close", learn]);
		if (isSaid || served.has(asked.path)) attend(core, exchange, request, response);
	};
	const started = (message: unknown): void => {
		try {
			watch(message);
		} catch (fault) {
			onFault(fault);
		}
	};
	starts.subscribe(started);
	return () => {
		starts.unsubscribe(started);
		edge?.flush();
	};
}
