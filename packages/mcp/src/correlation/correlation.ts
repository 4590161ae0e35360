import type { Digester } from "@mcp-trail/audit";
import { cleanText, type MrtrDetail, type NewEvent } from "@mcp-trail/event";
import type { Extension } from "../extension/extension.ts";
import { factsOf, methodOf } from "../describe/methods.ts";
import type { Exchange, Refusal } from "../observer.ts";
import type { JsonObject, Meta } from "../json-object.ts";
import { operationAround } from "./around.ts";
import { callContext } from "./call-context.ts";
import { duplicateFinding } from "./duplicate-finding.ts";
import { duplicates } from "./duplicates.ts";
import { identify, plainOperation, type Clues } from "./identify.ts";
import { legs } from "./legs.ts";
import { eventIdOf, outcomeIdOf, type OperationState } from "./operation-state.ts";
import { retries } from "./retries.ts";
import { scopeOf } from "./scope.ts";
import { taskOperations } from "./task-operations.ts";

/** One request and the operation it belongs to. */
interface Correlated {
	readonly operation: OperationState;
	/** Why the request is refused: the extension is mandatory here. */
	readonly refusal: Refusal | undefined;
	/** How its rounds join; undefined where it has but one. */
	mrtr: MrtrDetail | undefined;
	/** Undefined where nothing but the trace was known. */
	readonly clues: Clues | undefined;
}

/** A request as correlation asks about it. */
export interface Asked {
	readonly name: unknown;
	/** Keyed digest of its arguments. */
	readonly argumentsDigest: string | undefined;
}

/** Finds out which requests belong to one operation, in bounded memory. */
export interface Correlation {
	begin(exchange: Exchange, asked: Asked): Correlated;
	/** What a request carries on its way out; to be asked once its intent is recorded. */
	block(correlated: Correlated): Meta | undefined;
	/** Learns from a result; gives the receipt that goes with it. */
	answered(
		exchange: Exchange,
		asked: Asked,
		correlated: Correlated,
		result: JsonObject,
	): Meta | undefined;
	/** Learns how it ended; gives the finding that it led to. */
	ended(
		exchange: Exchange,
		asked: Asked,
		correlated: Correlated,
		outcome: NewEvent,
	): NewEvent | undefined;
}

const NO_CLUES: Clues = {
	claim: undefined,
	task: undefined,
	context: undefined,
	outer: undefined,
	echo: undefined,
	isWritten: false,
};

const targetOf = (exchange: Exchange, { name }: Asked): string =>
	`${methodOf(exchange.method)}\n${cleanText(name, 256) ?? ""}`;

/** Who asks, for what, with what. */
const besideOf = (exchange: Exchange, asked: Asked) => ({
	scope: scopeOf(exchange),
	target: targetOf(exchange, asked),
	argumentsDigest: asked.argumentsDigest,
});

const isAboutTask = ({ method }: Exchange): boolean =>
	method.startsWith("tasks/") && factsOf(method).task !== undefined;

/** What a request would be repeated within; undefined where nothing says that two belong together. */
function repeatedWithin({ trace }: Exchange, clues: Clues | undefined): string | undefined {
	if (clues?.claim) return undefined;
	const id = clues?.context?.operationId;
	if (id !== undefined) return `operation\n${id}`;
	return trace?.parentSpanId === undefined ? undefined : `trace\n${trace.traceId}`;
}

/** The same request has the same key: who, within what, of what, with which arguments. */
function retryKey(exchange: Exchange, asked: Asked, clues: Clues | undefined): string | undefined {
	const { argumentsDigest } = asked;
	// What is asked of a task again is no other attempt: that is how it is waited for.
	if (isAboutTask(exchange)) return undefined;
	const within = repeatedWithin(exchange, clues);
	if (within === undefined || argumentsDigest === undefined) return undefined;
	return [scopeOf(exchange), within, targetOf(exchange, asked), argumentsDigest].join("\n");
}

/** An operation of a whole trace holds many calls: only one that was said to be one call can be doubled. */
function isPrecise({ operation, clues }: Correlated): boolean {
	return operation.source === "extension" || clues?.context?.operationId !== undefined;
}

/** Makes the correlation of one instrumentation. */
export function correlation(options: {
	readonly digester: Digester;
	/** Absent = the extension is off. */
	readonly extension: Extension | undefined;
	/** Whose operations they are, where several record. */
	readonly audit?: unknown;
	readonly nowMs?: () => number;
}): Correlation {
	const { audit, digester, extension, nowMs = Date.now } = options;
	const rounds = legs(digester, nowMs);
	const efforts = retries(nowMs);
	const tasks = taskOperations(digester, nowMs);
	const effects = duplicates(nowMs);

	function cluesOf(exchange: Exchange, asked: Asked): Clues | undefined {
		const { inbound, trace } = exchange;
		const claim = extension?.claim(exchange);
		const context = inbound ? undefined : callContext();
		const outer = inbound ? undefined : operationAround(audit);
		const isWritten = extension?.writes(exchange) === true;
		const task = tasks.of(exchange);
		const known = claim?.operationId ?? context?.operationId ?? outer?.id ?? trace?.traceId;
		// What a task is given on the way is no round of the request that gives it.
		const echo = isAboutTask(exchange)
			? undefined
			: rounds.echo(exchange, () => besideOf(exchange, asked), known);
		return claim || context || outer || task || echo || isWritten
			? { claim, context, outer, task, echo, isWritten }
			: undefined;
	}

	/** Ids that other drafts put beside the block. */
	function readBeside(exchange: Exchange, operation: OperationState): void {
		if (extension === undefined || exchange.meta === undefined) return;
		operation.turnId ??= extension.turnId(exchange);
		if (exchange.inbound) operation.a2a ??= extension.a2a(exchange);
	}

	return {
		begin(exchange, asked) {
			extension?.asked(exchange);
			let clues = cluesOf(exchange, asked);
			const key = efforts.isEmpty() ? undefined : retryKey(exchange, asked, clues);
			const effort = key === undefined ? undefined : efforts.before(key);
			if (effort) clues ??= NO_CLUES;
			const operation = clues ? identify(exchange, clues, effort) : plainOperation(exchange);
			readBeside(exchange, operation);
			return {
				operation,
				clues,
				refusal: extension?.refusal(exchange, clues?.claim),
				mrtr:
					clues?.echo &&
					rounds.compare(clues.echo, operation, {
						...besideOf(exchange, asked),
						isFirstByClaim: clues.claim?.leg === 0,
					}),
			};
		},
		block({ operation, clues }) {
			if (extension === undefined || clues?.isWritten !== true) return undefined;
			const { attempt, leg, hop, turnId, conversationId, a2a, intentId, eventId } = operation;
			const isNamed = intentId !== undefined || eventId !== undefined;
			return extension.block({
				operationId: operation.id,
				attempt: attempt ?? 1,
				...(leg !== undefined && { leg }),
				hop: hop ?? 0,
				...(turnId !== undefined && { turnId }),
				...(conversationId !== undefined && { conversationId }),
				...(isNamed && { parentEventId: eventIdOf(operation) }),
				...(a2a && { a2a }),
			});
		},
		answered(exchange, asked, correlated, result) {
			const { operation, clues } = correlated;
			if (!isAboutTask(exchange)) tasks.made(exchange, result, operation);
			if (result["resultType"] === "input_required") {
				if (clues?.echo === undefined) operation.leg ??= 0;
				correlated.mrtr = rounds.issued(result, operation, correlated.mrtr, {
					...besideOf(exchange, asked),
					before: clues?.echo?.round,
				});
			}
			if (extension === undefined) return undefined;
			extension.answered(exchange, result);
			if (!exchange.inbound) operation.peerEventId ??= extension.receiptIn(result);
			return extension.receipt(exchange, clues?.claim, result, () => outcomeIdOf(operation));
		},
		ended(exchange, asked, correlated, event) {
			const { operation, clues } = correlated;
			const { outcome } = event;
			// A task goes on in the name of the call that made it.
			operation.isOver = outcome?.reason !== "task_created";
			const isOneCall = clues?.context?.operationId !== undefined;
			if (isOneCall || outcome?.status !== "success" || !efforts.isEmpty()) {
				const key = retryKey(exchange, asked, clues);
				if (key !== undefined) efforts.ended(key, operation, outcome, isOneCall);
			}
			const { argumentsDigest } = asked;
			// A gateway's call out is the effect of the one that came in, not a second one.
			if (clues?.outer || exchange.method !== "tools/call" || !isPrecise(correlated))
				return undefined;
			if (outcome?.status !== "success" || argumentsDigest === undefined) return undefined;
			return duplicateFinding(event, effects, {
				scope: scopeOf(exchange),
				argumentsDigest,
				state: operation,
			});
		},
	};
}
