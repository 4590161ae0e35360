import { types } from "node:util";
import type { Entry } from "./exchanges.ts";
import { isObject } from "./frame.ts";
import type { Registrations } from "./peer.ts";

type Callback = (this: unknown, ...args: unknown[]) => unknown;
type Members = Record<string, unknown>;

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

/** A request id as either SDK generation hands it to a callback, in the last argument. */
function requestIdOf(context: unknown): unknown {
	if (!isObject(context)) return undefined;
	const request = context["mcpReq"];
	return isObject(request) ? request["id"] : context["requestId"];
}

const callThrough = (fn: unknown, self: unknown, args: unknown[]): unknown =>
	Reflect.apply(fn as Callback, self, args);

/** The method a request handler is for: a name (2.x) or a schema with a literal (1.x); undefined if neither. */
function methodOf(schema: unknown): string | undefined {
	if (typeof schema === "string") return schema;
	const method = (schema as { shape?: { method?: { value?: unknown } } } | undefined)?.shape
		?.method;
	return typeof method?.value === "string" ? method.value : undefined;
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
	const names = new Map<string, object>();
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
					Promise.prototype.then.call(result, undefined, () => {
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
		if (!isObject(handle)) return handle;
		if (typeof name === "string") names.set(`${request} ${name}`, handle);
		const update = handle["update"];
		if (typeof update !== "function") return handle;
		(handle as Members)["update"] = function updated(this: unknown, ...args: unknown[]) {
			const [updates, ...rest] = args;
			if (!isObject(updates)) return callThrough(update, this, args);
			if (typeof updates["name"] === "string") names.set(`${request} ${updates["name"]}`, handle);
			const { callback } = updates;
			const changed =
				typeof callback === "function"
					? { ...updates, callback: wrapCallback(callback as Callback) }
					: updates;
			return callThrough(update, this, [changed, ...rest]);
		};
		return handle;
	}

	function replace(target: object, key: string, make: (original: Callback) => Callback): void {
		const original = (target as Members)[key];
		if (typeof original !== "function") return;
		Object.defineProperty(target, key, {
			configurable: true,
			writable: true,
			enumerable: false,
			value: make(original as Callback),
		});
	}

	for (const [key, request] of Object.entries(registering))
		replace(
			server,
			key,
			(original) =>
				function register(this: unknown, ...args) {
					const last = args.length - 1;
					const callback = args[last];
					if (typeof callback === "function") args[last] = wrapCallback(callback as Callback);
					depth++;
					try {
						return watchHandle(Reflect.apply(original, this, args), request, args[0]);
					} finally {
						depth--;
					}
				},
		);

	// Nothing has been registered as long as the public assertion lets a handler be set.
	const assertFree = (low as Members)["assertCanSetRequestHandler"];
	for (const request of new Set(Object.values(registering)))
		try {
			if (typeof assertFree !== "function") break;
			callThrough(assertFree, low, [request]);
			complete.add(request);
		} catch {
			// A handler is there already: something may have been registered.
		}

	replace(
		low,
		"setRequestHandler",
		(original) =>
			function setRequestHandler(this: unknown, ...args) {
				if (depth === 0) {
					const method = methodOf(args[0]);
					for (const request of Object.values(registering))
						if (method === undefined || method === request) foreign.add(request);
				}
				return Reflect.apply(original, this, args);
			},
	);

	watchExperimental(server, complete);

	const handleOf = (entry: Entry): object | undefined =>
		names.get(`${entry.exchange.method} ${String(entry.exchange.params?.["name"])}`);

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
			if (handle) return (handle as { readonly enabled?: unknown }).enabled !== false;
			return complete.has(method) && !foreign.has(method) ? false : undefined;
		},
	};
}

/** Task tools of the 1.x SDK are registered past the public methods: once they may be, not all tools are known. */
function watchExperimental(server: object, complete: Set<string>): void {
	const proto = Object.getPrototypeOf(server) as object | null;
	const get = proto && Object.getOwnPropertyDescriptor(proto, "experimental")?.get;
	if (!get) return;
	Object.defineProperty(server, "experimental", {
		configurable: true,
		enumerable: false,
		get(this: unknown) {
			complete.delete("tools/call");
			return get.call(this) as unknown;
		},
	});
}
