import { types } from "node:util";
import type { LocalInput } from "../observer.ts";
import { isObject } from "./frame.ts";
import { isCallback, member, override, type Callback } from "./loose.ts";
import type { Peer } from "./peer.ts";
import { methodOf } from "./registrations.ts";

const methods = ["elicitation/create", "sampling/createMessage", "roots/list"] as const;

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

/** The id a handler is called for: of a JSON-RPC request, or the key of a question inside a result (2.x). */
const idOf = (context: unknown): unknown => member(member(context, "mcpReq"), "id");

/**
 * Watches a client's handlers for questions that come inside a result: the 2.x SDK calls them itself, and nothing of
 * that goes over the wire. A request of the server's own is left to the transport's hook.
 */
export function watchInputHandlers(low: object, peer: Peer): void {
	const register = member(low, "setRequestHandler");
	if (!isCallback(register)) return;

	function wrap(method: LocalInput["method"], handler: Callback): Callback {
		return function handle(this: unknown, ...args) {
			const key = idOf(args.at(-1));
			const connection = peer.connection?.();
			const isLocal =
				typeof key === "string" && connection !== undefined && peer.findInbound(key) === undefined;
			if (!isLocal) return Reflect.apply(handler, this, args);
			const startMs = Date.now();
			const startUs = performance.now() * 1000;
			const asked = member(args[0], "method") === method ? member(args[0], "params") : args[0];
			const tell = (answer: unknown, threw: boolean): void => {
				const durationUs = Math.max(0, Math.round(performance.now() * 1000 - startUs));
				const params = isObject(asked) ? asked : undefined;
				const endMs = Date.now();
				for (const { observer } of peer.watchers)
					try {
						const what = { connection, method, params, key, answer, threw };
						observer.input?.({ ...what, startMs, endMs, durationUs });
					} catch (fault) {
						peer.onFault(fault);
					}
			};
			let result: unknown;
			try {
				result = Reflect.apply(handler, this, args);
			} catch (error) {
				tell(undefined, true);
				throw error;
			}
			if (!types.isPromise(result)) {
				tell(result, false);
				return result;
			}
			// The SDK gets what follows on it: the answer is told before the retry that carries it.
			return then.call(
				result,
				(answer: unknown) => {
					tell(answer, false);
					return answer;
				},
				(error: unknown) => {
					tell(undefined, true);
					throw error;
				},
			);
		};
	}

	// Those set before: both SDKs keep them in the same private map.
	const set = member(low, "_requestHandlers");
	if (types.isMap(set))
		for (const method of methods) {
			const handler: unknown = set.get(method);
			if (isCallback(handler)) set.set(method, wrap(method, handler));
		}

	override(low, "setRequestHandler", function (this: unknown, ...args) {
		const named = methodOf(args[0]);
		const method = methods.find((one) => one === named);
		const last = args.length - 1;
		const handler = args[last];
		if (method !== undefined && isCallback(handler)) args[last] = wrap(method, handler);
		return Reflect.apply(register, this, args);
	});
}
