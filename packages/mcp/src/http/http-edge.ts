import type { IncomingMessage, ServerResponse } from "node:http";
import type { Audit } from "@mcp-trail/audit";
import { checkMembers } from "../check-options.ts";
import { member } from "../hook/loose.ts";
import { processAudit } from "../process-audit.ts";
import { emitWarning, reporter, type OnWarning } from "../warnings.ts";
import { clientAddressReader, type TrustedHops } from "./client-address.ts";
import { edgeCore, type EdgeCore } from "./edge-core.ts";
import { noteResponse, watchFetch } from "./fetch.ts";
import { watchNode } from "./listener.ts";
import { askedOfWeb } from "./asked.ts";

/** What an HTTP edge is made of. */
export interface HttpEdgeOptions extends TrustedHops {
	/** Where events go; the one that the servers inside are instrumented with. @default the process's own audit, where one was set up */
	readonly audit?: Audit | false;
	/** Paths that are MCP's, as `/mcp`; a path ending in `/*` means all below it, too. @default all */
	readonly paths?: readonly string[];
	/** For web handlers: the address a request's connection came from, which a `Request` does not say. */
	readonly remoteAddress?: (request: Request, ...rest: readonly unknown[]) => string | undefined;
	/** Refusals that are alike within this time share an event with `count`, in milliseconds. @default 5_000 */
	readonly foldMs?: number;
	/** Kinds of refusals told apart within `foldMs`; beyond, they share events by outcome alone. @default 256 */
	readonly maxKinds?: number;
	/** Takes what could not be observed. @default a process warning */
	readonly onWarning?: OnWarning;
}

const KNOWN: Readonly<Record<keyof HttpEdgeOptions, true>> = {
	audit: true,
	paths: true,
	remoteAddress: true,
	foldMs: true,
	maxKinds: true,
	trustedProxies: true,
	forwardedHeader: true,
	onWarning: true,
};

/** Records HTTP requests that are refused before an MCP transport sees them; stands around whatever authenticates. */
export interface HttpEdge {
	/** Wraps a web handler, `(request, …) => Response`. */
	fetch<F extends (request: Request, ...rest: never[]) => unknown>(handler: F): F;
	/** Wraps a request listener of `node:http` or `node:http2`. */
	listener<F extends (request: IncomingMessage, response: ServerResponse) => unknown>(
		handler: F,
	): F;
	/** One whose parameters have types of their own, such as those of `node:http2`. */
	listener<F extends (request: never, response: never, ...rest: never[]) => unknown>(handler: F): F;
	/** Middleware for Express and Connect; goes before everything that may refuse. */
	readonly connect: (request: object, response: object, next: (error?: unknown) => void) => void;
	/** Middleware for Hono; goes before everything that may refuse. */
	readonly hono: (context: HonoContext, next: () => Promise<void>) => Promise<void>;
	/** Hook for Fastify: `app.addHook("onRequest", edge.fastify)`, before others. */
	readonly fastify: (
		request: { readonly raw: object },
		reply: { readonly raw: object },
		done: () => void,
	) => void;
	/** Writes what was counted so far; `audit.close()` does it, too. */
	flush(): void;
}

type Listener = (request: never, response: never, ...rest: never[]) => unknown;

/** As much of a Hono context as the edge reads. */
export interface HonoContext {
	readonly req: { readonly raw: Request };
	readonly res: Response;
	readonly env: unknown;
}

/** Routers take a path in any case and with a slash behind it. */
const routed = (path: string): string => path.toLowerCase().replace(/(?<!\/)\/+$/, "");

function pathTest(paths: readonly string[] | undefined): (path: string) => boolean {
	if (paths === undefined) return () => true;
	const bad = paths.findIndex((path) => !path.startsWith("/"));
	if (bad !== -1 || paths.length === 0)
		throw new TypeError(
			`paths${bad === -1 ? "" : `[${bad}]`} names no path; give paths that begin with "/", or leave the option out for all.`,
		);
	const exact = new Set(
		paths.map((path) => routed(path.endsWith("/*") ? path.slice(0, -2) : path)),
	);
	const below = paths
		.filter((path) => path.endsWith("/*"))
		.map((path) => path.slice(0, -1).toLowerCase());
	return (path) => {
		const asked = routed(path);
		return exact.has(asked) || below.some((start) => `${asked}/`.startsWith(start));
	};
}

function within(value: number, name: string, max: number): number {
	if (Number.isSafeInteger(value) && value > 0 && value <= max) return value;
	throw new TypeError(`${name} is ${String(value)}; give a whole number from 1 to ${max}.`);
}

/** `@hono/node-server` keeps the request of `node:http` there. */
function honoAddress(context: HonoContext): string | undefined {
	const address = member(member(member(context.env, "incoming"), "socket"), "remoteAddress");
	return typeof address === "string" ? address : undefined;
}

/**
 * Makes the outermost layer of an MCP server's HTTP side. Each request that is refused before a transport sees it
 * (401, 403, 404, 405, 406, 413, 415, a mismatch of headers and body, …) becomes one event; what an instrumented
 * transport inside records is not recorded again. Throws a TypeError that names the option that is misused.
 *
 * @example
 * const edge = httpEdge({ audit, paths: ["/mcp"] });
 * const outermost = edge.fetch((request: Request) => new Response(null, { status: 401 }));
 */
export function httpEdge(options: HttpEdgeOptions = {}): HttpEdge {
	checkMembers(options, KNOWN);
	const { audit = processAudit() ?? false, onWarning = emitWarning, remoteAddress } = options;
	const addressOf = clientAddressReader(options);
	const isMcp = pathTest(options.paths);
	const windowMs = within(options.foldMs ?? 5000, "foldMs", 3_600_000);
	const maxKinds = within(options.maxKinds ?? 256, "maxKinds", 100_000);
	const { onFault } = reporter(onWarning);
	const edge: EdgeCore | undefined = audit
		? edgeCore({ audit, isMcp, addressOf, windowMs, maxKinds, onFault })
		: undefined;
	const flush = (): void => edge?.flush();
	return {
		fetch: (handler) => (edge === undefined ? handler : wrapFetch(edge, handler, remoteAddress)),
		listener: <F extends Listener>(handler: F): F =>
			edge === undefined ? handler : wrapListener(edge, handler),
		connect: (request, response, next) => {
			if (edge === undefined) next();
			else watchNode(edge, request, response, () => next());
		},
		hono: async (context, next) => {
			if (edge === undefined) return next();
			const { raw } = context.req;
			const address = edge.guarded(() => remoteAddress?.(raw, context) ?? honoAddress(context));
			const behind = edge.guarded(() => member(context.env, "incoming"));
			const exchange = edge.watch(() => askedOfWeb(raw, undefined, address, behind));
			if (exchange === undefined) return next();
			await exchange.run(next);
			const { res } = context;
			const response = noteResponse(edge, exchange, res);
			if (response !== res) Reflect.set(context, "res", response);
		},
		fastify: (request, reply, done) => {
			if (edge === undefined) done();
			else watchNode(edge, request.raw, reply.raw, done);
		},
		flush,
	};
}

function wrapFetch<F extends (request: Request, ...rest: never[]) => unknown>(
	edge: EdgeCore,
	handler: F,
	remoteAddress: HttpEdgeOptions["remoteAddress"],
): F {
	return new Proxy(handler, {
		apply(target, self, args: Parameters<F>) {
			const [request, ...rest] = args;
			return watchFetch(
				edge,
				request,
				rest[0],
				() => remoteAddress?.(request, ...rest),
				() => Reflect.apply(target, self, args),
			);
		},
	});
}

function wrapListener<F extends Listener>(edge: EdgeCore, handler: F): F {
	return new Proxy(handler, {
		apply(target, self, args: Parameters<F>) {
			const [request, response]: readonly unknown[] = args;
			const inside = (): unknown => Reflect.apply(target, self, args);
			return typeof request === "object" && request && typeof response === "object" && response
				? watchNode(edge, request, response, inside)
				: inside();
		},
	});
}
