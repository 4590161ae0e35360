import { AsyncLocalStorage } from "node:async_hooks";
import { types } from "node:util";
import type { Outcome } from "@mcp-trail/event";
import { localOutcome, rejectsAnswer } from "../client/local-outcome.ts";
import type { Ending, Exchange } from "../observer.ts";
import type { Call } from "./call.ts";
import { connectionOf } from "./connection.ts";
import { readableExchange } from "./exchange.ts";
import type { Entry } from "./exchanges.ts";
import { isObject } from "./frame.ts";
import { isCallback, member, override, type Callback } from "./loose.ts";
import type { Peer } from "./peer.ts";

/** What answers without a request, or is judged once more when its answer is there. */
const verbs = [
	["callTool", "tools/call"],
	["listTools", "tools/list"],
	["listPrompts", "prompts/list"],
	["listResources", "resources/list"],
	["listResourceTemplates", "resources/templates/list"],
	["readResource", "resources/read"],
] as const;

/** Never asked for by `callTool()`: a call is answered by its server alone. */
const answerable = verbs.map(([, method]) => method).filter((method) => method !== "tools/call");

/** Called on true promises only: a lazy thenable would start its work a second time. */
const then = Reflect.get(Promise.prototype, "then");

const newCall = (params: unknown): Call => ({ params, entry: undefined, isOver: false });

/** A call with parameters that another one has under way, which alone do not tell the two apart. */
const apart = new AsyncLocalStorage<Call>();

/** The host gets what follows on its promise: a failure that nobody handles stays one. */
function follow(
	result: unknown,
	guarded: (work: () => void) => void,
	kept: (() => void) | undefined,
	failed: (error: unknown) => void,
): unknown {
	if (!types.isPromise(result)) return result;
	return then.call(
		result,
		kept &&
			((value: unknown) => {
				guarded(kept);
				return value;
			}),
		(error: unknown) => {
			guarded(() => failed(error));
			throw error;
		},
	);
}

/**
 * Watches a client's calls for what never reaches the wire: answers from its cache, results that it rejects itself,
 * capabilities that it misses before it sends. Whatever was told by a request's own ending is not told again.
 */
export function watchVerbs(low: object, peer: Peer): void {
	/** Errors whose story is told. */
	const told = new WeakSet<object>();
	/** Requests begun of each method that a client may answer itself. */
	const begun = new Map<string, number>(answerable.map((method) => [method, 0]));
	/** Calls of verbs until they are over, by the parameters that these hand on to `request()`. Weak, each costs 0.7 µs. */
	const calls = new Map<unknown, Call>();
	let isEverApart = false;
	const tell = (what: unknown): void => {
		if (typeof what === "object" && what !== null) told.add(what);
	};
	const guarded = (work: () => void): void => {
		try {
			work();
		} catch (fault) {
			peer.onFault(fault);
		}
	};

	function exchangeFor(method: string, params: unknown, entry: Entry | undefined): Exchange {
		if (entry) return entry.exchange;
		const connection = peer.connection?.() ?? connectionOf({}, peer.role);
		const frame = { jsonrpc: "2.0", id: "", method, ...(isObject(params) && { params }) } as const;
		return readableExchange(peer, connection, false, frame, undefined).exchange;
	}

	function local(
		method: string,
		params: unknown,
		entry: Entry | undefined,
		verdict: Outcome,
	): void {
		if (peer.watchers.every(({ observer }) => observer.local === undefined)) return;
		const exchange = exchangeFor(method, params, entry);
		const endUs = Math.round(performance.now() * 1000);
		const ending: Ending = { how: "local", verdict, endMs: Date.now(), endUs };
		for (const { observer } of peer.watchers) guarded(() => observer.local?.(exchange, ending));
	}

	function refused(
		error: unknown,
		method: string,
		params: unknown,
		args: readonly unknown[],
		entry: Entry | undefined,
	): void {
		const answered = entry?.answer === "result";
		const signal = args
			.map((arg) => member(arg, "signal"))
			.find((one) => one instanceof AbortSignal);
		const verdict = localOutcome(error, {
			answered,
			connected: member(low, "transport") !== undefined,
			strict: member(member(low, "_options"), "enforceStrictCapabilities") === true,
			aborted: signal instanceof AbortSignal && signal.aborted,
		});
		local(method, params, answered ? entry : undefined, verdict);
	}

	function isUnderway(params: object): boolean {
		const known = calls.get(params);
		return known !== undefined && !known.isOver && known.entry?.gone !== true;
	}

	/** The call of a verb within which `request()` is called with these parameters, else one of its own. */
	function callOf(params: unknown): Call {
		if (typeof params !== "object" || params === null) return newCall(params);
		const around = isEverApart ? apart.getStore() : undefined;
		const known = around?.params === params ? around : calls.get(params);
		if (known === undefined || known.isOver || known.entry?.gone === false) return newCall(params);
		// Asked again by the verb itself.
		known.entry = undefined;
		return known;
	}

	function over(call: Call): void {
		call.isOver = true;
		if (calls.get(call.params) === call) calls.delete(call.params);
	}

	const count = (method: unknown): void => {
		if (typeof method !== "string" || method === "tools/call") return;
		const times = begun.get(method);
		if (times !== undefined) begun.set(method, times + 1);
	};

	const request = member(low, "request");
	if (isCallback(request))
		override(low, "request", function (this: unknown, ...args) {
			const before = peer.call;
			const params = member(args[0], "params");
			const method = member(args[0], "method");
			const call = callOf(params);
			peer.call = call;
			count(method);
			const failed = (error: unknown): void => {
				tell(error);
				// Sent, and its answer a failure, or none: that is the request's own ending.
				const { entry } = call;
				const isLocal = entry === undefined || entry.answer === "result" || rejectsAnswer(error);
				if (isLocal && typeof method === "string") refused(error, method, params, args, entry);
			};
			let result: unknown;
			try {
				result = Reflect.apply(request, this, args);
			} catch (error) {
				guarded(() => failed(error));
				throw error;
			} finally {
				peer.call = before;
			}
			return follow(result, guarded, undefined, failed);
		});
	for (const [verb, method] of verbs) watchVerb(verb, method);

	function watchVerb(verb: string, method: string): void {
		const original = member(low, verb);
		if (!isCallback(original)) return;
		const watched: Callback = function (this: unknown, ...args) {
			const params = args[0];
			const before = begun.get(method);
			const call = newCall(params);
			const isApart = isObject(params) && isUnderway(params);
			if (isObject(params) && !isApart) calls.set(params, call);
			isEverApart ||= isApart;
			let result: unknown;
			try {
				result = isApart
					? apart.run(call, () => Reflect.apply(original, this, args))
					: Reflect.apply(original, this, args);
			} finally {
				// Nobody will say when it is.
				if (!types.isPromise(result)) over(call);
			}
			return follow(
				result,
				guarded,
				// What went out meanwhile may be its own, copied or joined: only where nothing did, nothing left for it.
				() => {
					over(call);
					if (before !== undefined && begun.get(method) === before)
						local(method, params, undefined, { status: "success", executed: "no" });
				},
				(error) => {
					over(call);
					// What `request()` failed with has been told.
					if (typeof error !== "object" || error === null || told.has(error)) return;
					tell(error);
					refused(error, method, params, args, call.entry);
				},
			);
		};
		override(low, verb, watched);
	}
}
