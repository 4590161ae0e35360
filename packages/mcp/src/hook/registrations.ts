import { types } from "node:util";
import type { Entry } from "./exchanges.ts";
import { isObject } from "./frame.ts";
import { isCallback, member, override, type Callback } from "./loose.ts";
import type { Registrations } from "./peer.ts";

/** Methods by which callbacks are registered, and the request that enters them. */
const registering = {
	tool: "tools/call",
	registerTool: "tools/call",
	prompt: "prompts/get",
	registerPrompt: "prompts/get",
	resource: "resources/read",
	registerResource: "resources/read",
} as const;

type Request = (typeof registering)[keyof typeof registering];

/** Listed once: a server may be made for one request. */
const registrars = Object.entries(registering);

const REQUESTS: readonly Request[] = ["tools/call", "prompts/get", "resources/read"];

/** True if no handler of a request is set yet: then nothing has been registered for it. */
function isFree(low: object, request: Request): boolean {
	// Both SDKs keep them in the same private map. The public assertion throws, which would cost a server that is
	// made for one request, and has its tools by then, three errors with their stacks.
	const handlers = member(low, "_requestHandlers");
	if (types.isMap(handlers)) return !handlers.has(request);
	const assertFree = member(low, "assertCanSetRequestHandler");
	if (!isCallback(assertFree)) return false;
	try {
		Reflect.apply(assertFree, low, [request]);
		return true;
	} catch {
		return false;
	}
}

/** A request id as either SDK generation hands it to a callback, in the last argument. */
function requestIdOf(context: unknown): unknown {
	if (!isObject(context)) return undefined;
	const request = context["mcpReq"];
	return isObject(request) ? request["id"] : context["requestId"];
}

/** The method a request handler is for: a name (2.x) or a schema with a literal (1.x); undefined if neither. */
export function methodOf(schema: unknown): string | undefined {
	if (typeof schema === "string") return schema;
	const method = member(member(member(schema, "shape"), "method"), "value");
	return typeof method === "string" ? method : undefined;
}

function replace(target: object, key: string, make: (original: Callback) => Callback): void {
	const original = member(target, key);
	if (isCallback(original)) override(target, key, make(original));
}

/**
 * Wraps the public registration methods of a high-level server, so that it is seen whether a request's callback
 * was entered. What was registered before, or past them, is not known.
 */
export function watchRegistrations(
	server: object,
	low: object,
	find: (id: unknown) => Entry | undefined,
): Registrations {
	const names: Readonly<Record<"tools/call" | "prompts/get", Map<string, object>>> = {
		"tools/call": new Map(),
		"prompts/get": new Map(),
	};
	/** Requests of which every callback is known. */
	const complete = new Set<string>();
	/** Requests whose handler is not the SDK's own: their callbacks say nothing. */
	const foreign = new Set<string>();
	let depth = 0;

	function wrapCallback(callback: Callback): Callback {
		return function entered(this: unknown, ...args) {
			const entry = find(requestIdOf(args.at(-1)));
			if (entry === undefined) return Reflect.apply(callback, this, args);
			entry.entered = true;
			try {
				const result = Reflect.apply(callback, this, args);
				// Only true promises: calling `then` of a lazy thenable would start it a second time.
				if (types.isPromise(result))
					void Promise.prototype.then.call(result, undefined, () => {
						entry.threw = true;
					});
				return result;
			} catch (error) {
				entry.threw = true;
				throw error;
			}
		};
	}

	function watchHandle(handle: unknown, request: Request, name: unknown): unknown {
		if (typeof handle !== "object" || handle === null) return handle;
		const named = request === "resources/read" ? undefined : names[request];
		if (typeof name === "string") named?.set(name, handle);
		const update = member(handle, "update");
		if (!isCallback(update)) return handle;
		override(handle, "update", function (this: unknown, ...args) {
			const [updates] = args;
			if (!isObject(updates)) return Reflect.apply(update, this, args);
			const { callback, name: renamed } = updates;
			if (isCallback(callback)) args[0] = { ...updates, callback: wrapCallback(callback) };
			const result = Reflect.apply(update, this, args);
			// As both SDKs do: the name it was registered under goes, a new one comes; `null` removes it.
			if (typeof name === "string" && renamed !== undefined && renamed !== name) {
				named?.delete(name);
				if (typeof renamed === "string" && renamed !== "") named?.set(renamed, handle);
			}
			return result;
		});
		return handle;
	}

	for (const [key, request] of registrars)
		replace(
			server,
			key,
			(original) =>
				function register(this: unknown, ...args) {
					const last = args.length - 1;
					const callback = args[last];
					if (isCallback(callback)) args[last] = wrapCallback(callback);
					depth++;
					try {
						return watchHandle(Reflect.apply(original, this, args), request, args[0]);
					} finally {
						depth--;
					}
				},
		);

	for (const request of REQUESTS) if (isFree(low, request)) complete.add(request);

	replace(
		low,
		"setRequestHandler",
		(original) =>
			function setRequestHandler(this: unknown, ...args) {
				if (depth === 0) {
					const method = methodOf(args[0]);
					for (const request of REQUESTS)
						if (method === undefined || method === request) foreign.add(request);
				}
				return Reflect.apply(original, this, args);
			},
	);

	watchExperimental(server, complete);

	function handleOf({ exchange }: Entry): object | undefined {
		const { method } = exchange;
		if (method !== "tools/call" && method !== "prompts/get") return undefined;
		const name = exchange.params?.["name"];
		return typeof name === "string" ? names[method].get(name) : undefined;
	}

	return {
		entered(entry) {
			const { inbound, method } = entry.exchange;
			if (entry.entered) return true;
			if (!inbound || foreign.has(method)) return undefined;
			return complete.has(method) || handleOf(entry) !== undefined ? false : undefined;
		},
		known(entry) {
			const { inbound, method } = entry.exchange;
			if (!inbound || (method !== "tools/call" && method !== "prompts/get")) return undefined;
			const handle = handleOf(entry);
			if (handle) return member(handle, "enabled") !== false;
			return complete.has(method) && !foreign.has(method) ? false : undefined;
		},
	};
}

/** Task tools of the 1.x SDK are registered past the public methods: once they may be, not all tools are known. */
function watchExperimental(server: object, complete: Set<string>): void {
	const proto = Reflect.getPrototypeOf(server);
	const found = proto && Object.getOwnPropertyDescriptor(proto, "experimental");
	if (!found?.get) return;
	Object.defineProperty(server, "experimental", {
		configurable: true,
		enumerable: false,
		get(this: unknown): unknown {
			complete.delete("tools/call");
			return found.get?.call(this);
		},
	});
}
