import type { Digester } from "@mcp-trail/audit";
import { cleanText, type MrtrDetail } from "@mcp-trail/event";
import { isObject } from "../hook/frame.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { boundedTable } from "./bounded-table.ts";
import type { OperationState } from "./operation-state.ts";

/** What a round that was answered with `input_required` leaves for the next. */
interface Round {
	readonly operation: OperationState;
	readonly leg: number;
	/** Keyed digest of the `requestState` it issued; undefined where it issued none. */
	readonly issued: string | undefined;
	/** Keyed digest of the arguments of the first leg. */
	readonly arguments: string | undefined;
	readonly target: string;
	echoed: boolean;
}

/** A request beside which an echo is held. */
interface Beside {
	/** Within whom it is believed. */
	readonly scope: string;
	readonly argumentsDigest: string | undefined;
	/** Method and name. */
	readonly target: string;
}

/** What a request echoes of an earlier round. */
export interface Echo {
	/** The round it answers, where this process has seen it. */
	readonly round: Round | undefined;
	readonly stateDigest: string | undefined;
	readonly answered: number | undefined;
}

/** Where a round is remembered, and what came before it. */
interface Issuing extends Beside {
	readonly before: Round | undefined;
}

/** Rounds of requests that are answered in several (SEP-2322). */
export interface Legs {
	/** What a request echoes; undefined for a first leg. `claimed` is an operation it is known to belong to. */
	echo(exchange: Exchange, beside: () => Beside, claimed: string | undefined): Echo | undefined;
	/** Says how the echo compares with what was issued; `isFirstByClaim`: its sender calls it the first leg. */
	compare(
		echo: Echo,
		operation: OperationState,
		beside: Omit<Beside, "scope"> & { readonly isFirstByClaim: boolean },
	): MrtrDetail;
	/** Remembers what a result asks for; gives the block of its event, which may hold an echo, too. */
	issued(
		result: JsonObject,
		operation: OperationState,
		echoed: MrtrDetail | undefined,
		issuing: Issuing,
	): MrtrDetail;
}

const MAX_ROUNDS = 10_000;
const TTL_MS = 60 * 60 * 1000;
const MAX_REQUESTED = 16;
/** A server may give the same state to many calls: so many of them are told apart. */
const MAX_ALIKE = 8;

const stateOf = (holder: JsonObject | undefined): string | undefined => {
	const state = holder?.["requestState"];
	return typeof state === "string" ? state : undefined;
};

function requestedOf(asked: unknown): readonly string[] {
	const methods: string[] = [];
	if (!isObject(asked)) return methods;
	for (const key in asked) {
		const one = asked[key];
		const method = isObject(one) ? cleanText(one["method"], 64) : undefined;
		if (method !== undefined && methods.push(method) === MAX_REQUESTED) break;
	}
	return methods;
}

/** How an echo compares with what was issued. */
function classify(
	{ round, stateDigest }: Echo,
	operation: OperationState,
	isFirstByClaim: boolean,
): MrtrDetail["state"] {
	// Another process may have issued it: only a peer that calls this its first leg has made it up.
	if (round === undefined)
		return isFirstByClaim && stateDigest !== undefined ? "invented" : "unknown";
	if (stateDigest === undefined) return round.issued === undefined ? "match" : "missing";
	if (round.issued === undefined) return "invented";
	if (stateDigest !== round.issued) return "changed";
	if (round.echoed || round.operation.id !== operation.id) return "reused";
	return "match";
}

const byState = (scope: string, digest: string): string => `state\n${scope}\n${digest}`;
const byOperation = (scope: string, id: string): string => `operation\n${scope}\n${id}`;

/**
 * Of rounds that were given the same state the one that is answered: that of the same operation, else the oldest of the
 * same request that still waits.
 */
function choose(
	alike: readonly Round[],
	claimed: string | undefined,
	{ argumentsDigest, target }: Beside,
): Round | undefined {
	if (alike.length < 2) return alike[0];
	const own = alike.filter((round) => round.operation.id === claimed);
	const same = alike.filter(
		(round) => round.target === target && round.arguments === argumentsDigest,
	);
	const waiting = (rounds: readonly Round[]): Round | undefined =>
		rounds.find(({ echoed }) => !echoed);
	return waiting(own) ?? own.at(-1) ?? waiting(same) ?? waiting(alike) ?? alike.at(-1);
}

/** Makes the memory of rounds of one instrumentation. */
export function legs(digester: Digester, nowMs: () => number = Date.now): Legs {
	const rounds = boundedTable<readonly Round[]>({ maxEntries: MAX_ROUNDS, ttlMs: TTL_MS, nowMs });

	function add(key: string, round: Round, stays: (one: Round) => boolean): void {
		const before = rounds.get(key)?.filter(stays) ?? [];
		rounds.set(key, [...before, round].slice(-MAX_ALIKE));
	}

	function find(
		stateDigest: string | undefined,
		claimed: string | undefined,
		beside: Beside,
	): Round | undefined {
		const { scope, target } = beside;
		const alike = stateDigest === undefined ? undefined : rounds.get(byState(scope, stateDigest));
		if (alike) return choose(alike, claimed, beside);
		if (claimed === undefined) return undefined;
		// A trace, or a gateway's operation, may hold rounds of several calls.
		const last = rounds.get(byOperation(scope, claimed));
		return (
			last?.find((round) => round.target === target) ?? (last?.length === 1 ? last[0] : undefined)
		);
	}

	return {
		echo({ params }, beside, claimed) {
			if (params === undefined) return undefined;
			const responses = params["inputResponses"];
			const state = stateOf(params);
			if (responses === undefined && state === undefined) return undefined;
			const stateDigest = state === undefined ? undefined : digester.digest("state", state);
			return {
				round: find(stateDigest, claimed, beside()),
				stateDigest,
				answered: isObject(responses) ? Object.keys(responses).length : undefined,
			};
		},
		compare(echo, operation, { argumentsDigest, target, isFirstByClaim }) {
			const { round, stateDigest, answered } = echo;
			const state = classify(echo, operation, isFirstByClaim);
			if (round && state === "match") round.echoed = true;
			const first = round?.arguments;
			return {
				state,
				...(stateDigest !== undefined && { state_digest: stateDigest }),
				...(answered !== undefined && { answered }),
				...(first !== undefined &&
					argumentsDigest !== undefined && {
						arguments_match: first === argumentsDigest && round?.target === target,
					}),
			};
		},
		issued(result, operation, echoed, { scope, before, argumentsDigest, target }) {
			const state = stateOf(result);
			const issued = state === undefined ? undefined : digester.digest("state", state);
			const round: Round = {
				operation,
				leg: operation.leg ?? 0,
				issued,
				arguments: before ? before.arguments : argumentsDigest,
				target: before?.target ?? target,
				echoed: false,
			};
			if (issued !== undefined) add(byState(scope, issued), round, () => true);
			// Of one operation the last round of each of its requests.
			add(byOperation(scope, operation.id), round, (one) => one.target !== round.target);
			const requested = requestedOf(result["inputRequests"]);
			return {
				...(echoed ?? { state: "issued" }),
				...(issued !== undefined && { [echoed ? "issued_digest" : "state_digest"]: issued }),
				...(requested.length > 0 && { requested }),
			};
		},
	};
}
