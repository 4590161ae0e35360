import { randomUUID } from "node:crypto";
import type { Audit, Decision, Subject } from "@mcp-trail/audit";
import {
	cleanText,
	cleanUri,
	inMemberOrder,
	type NewEvent,
	type RequestMessage,
	type ResponseMessage,
} from "@mcp-trail/event";
import { newOperation } from "../correlation/operation-state.ts";
import { correlation, type Asked } from "../correlation/correlation.ts";
import { passthroughOf } from "../client/passthrough.ts";
import { bodyOf, keepsRequest, keepsResponse } from "../describe/body.ts";
import { describe, describeIntent, type Taken } from "../describe/describe.ts";
import { actorOf } from "../describe/actor.ts";
import { at, factsOf, methodOf, type MethodFacts } from "../describe/methods.ts";
import { partsOf } from "../describe/parts.ts";
import type { Extension } from "../extension/extension.ts";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Ending, Exchange, Observation, Observer } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { newEventId } from "../random-ids.ts";
import type { Definition, Definitions } from "./definitions.ts";
import { followers, isFollowed, isFollowedFor } from "./followers.ts";
import { messages } from "./messages.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What an audited observer needs. */
export interface AuditedOptions {
	readonly audit: Audit;
	readonly definitions: Definitions;
	/** Arguments and results whose canonical form is longer are not digested, in bytes. */
	readonly maxDigestBytes: number;
	/** Absent = the audit extension is off. */
	readonly extension?: Extension | undefined;
	readonly onFault: (fault: unknown) => void;
	/** Called where a policy asks for what is not there: that a call waits until it is recorded. */
	readonly onGate?: () => void;
}

const NOTHING: readonly string[] = [];
/** Metadata; what a person answered; state that is bearer-like. */
const UNSAID = ["_meta", "inputResponses", "requestState"] as const;
const META = ["_meta"] as const;

function subjectOf(exchange: Exchange, facts: MethodFacts, name: unknown): Subject {
	const { connection, direction, params, auth, certificate, identity } = exchange;
	const target: Writable<NonNullable<Subject["target"]>> = { kind: facts.kind };
	const shown = cleanText(name, 256);
	if (shown !== undefined) target.name = shown;
	const uri = facts.uri && cleanUri(at(params, facts.uri), 1024);
	if (uri !== undefined) target.uri = uri;
	const subject: Writable<Subject> = {
		role: connection.role,
		direction,
		method: methodOf(exchange.method),
		acting: facts.acting,
		target,
	};
	// Who asks is told in one way only: as the event will say it.
	if (auth || certificate || identity) subject.principal = actorOf(exchange, undefined).principal;
	return subject;
}

/** In memory a value may throw when it is read: then the request is recorded without what it holds. */
const unread = (exchange: Exchange): Exchange => ({
	...exchange,
	params: undefined,
	meta: undefined,
});

const unanswered = (ending: Ending): Ending => ({ ...ending, response: {} });

/** Makes one outcome event of every request, and an intent event where the policy asks for it. */
export function audited(options: AuditedOptions): Observer {
	const { audit, definitions, maxDigestBytes, extension, onFault, onGate } = options;
	const operations = correlation({ audit, digester: audit.digester, extension });
	const follow = followers(audit, onFault);
	const passthrough = passthroughOf(audit);
	const sessions = new WeakMap<Connection, { readonly id: string; readonly digest: string }>();

	function decide(exchange: Exchange, facts: MethodFacts, name: unknown): Decision {
		try {
			const decision = audit.policy.decide(subjectOf(exchange, facts, name));
			if (decision.gate !== undefined) onGate?.();
			return decision;
		} catch (fault) {
			// A broken policy keeps less, never nothing.
			onFault(fault);
			return { rule: "policy_failed", level: "metadata", acting: facts.acting, intent: false };
		}
	}

	function sessionOf(connection: Connection): string | undefined {
		const id = connection.sessionId();
		if (id === undefined) return undefined;
		const known = sessions.get(connection);
		if (known?.id === id) return known.digest;
		const digest = audit.digester.digest("session", id);
		sessions.set(connection, { id, digest });
		return digest;
	}

	function requestOf(
		exchange: Exchange,
		facts: MethodFacts,
		decision: Decision,
		definition: Definition | undefined,
	): RequestMessage | undefined {
		const { params } = exchange;
		if (params === undefined) return undefined;
		const body = facts.body === undefined ? undefined : at(params, [facts.body]);
		return bodyOf(body ?? params, {
			digester: audit.digester,
			kind: "arguments",
			maxDigestBytes,
			omit: body === undefined ? UNSAID : NOTHING,
			declared: definition?.keys,
			shape: body !== undefined,
			content: keepsRequest(decision.level) && facts.input !== "elicitation",
		});
	}

	function responseOf(result: JsonObject, facts: MethodFacts, decision: Decision): ResponseMessage {
		// The length of "yes" gives an answer away.
		if (facts.input === "elicitation" || facts.input === "roots") return { undigested: "policy" };
		const response: Writable<ResponseMessage> = bodyOf(result, {
			digester: audit.digester,
			kind: "result",
			maxDigestBytes,
			omit: META,
			shape: false,
			content: keepsResponse(decision.level),
		});
		const { parts, part_count } = partsOf(result);
		if (parts) response.parts = parts;
		if (part_count !== undefined) response.part_count = part_count;
		return response;
	}

	function observed(exchange: Exchange): Observation {
		const facts = factsOf(exchange.method);
		const name = at(exchange.params, facts.name);
		const decision = decide(exchange, facts, name);
		const { definition, known } = definitions.look(exchange, facts.kind, name);
		const request = requestOf(exchange, facts, decision, definition);
		const asked: Asked = { name, argumentsDigest: request?.digest };
		const correlated = operations.begin(exchange, asked);
		const { operation, refusal } = correlated;
		const taken: Writable<Taken> = {
			request,
			definition,
			known,
			session: sessionOf(exchange.connection),
			operation,
			mrtr: correlated.mrtr,
		};
		let following = isFollowed(audit, exchange, facts) ? follow(exchange, facts) : undefined;
		const { policy, digester } = audit;
		const token = exchange.auth?.tokenDigest ?? exchange.tokenDigest;
		if (exchange.inbound && token !== undefined) passthrough.received(token);
		if (decision.intent) {
			const id = newEventId(exchange.startMs);
			audit.record(
				{ ...describeIntent(exchange, policy, decision, digester, taken), id },
				decision,
			);
			operation.intentId = id;
		}
		const block = operations.block(correlated);
		return {
			operation,
			...(block && { meta: block }),
			...(refusal && { admit: refusal }),
			answered(response) {
				const { result } = response;
				const isResult = isObject(result);
				if (isResult) {
					taken.response = responseOf(result, facts, decision);
					const { list } = facts;
					if (list) taken.listed = definitions.learn(exchange, list.kind, result, list.member);
				}
				if (following === undefined && isFollowedFor(result)) following = follow(exchange, facts);
				following?.answered?.(response, taken.listed);
				return isResult ? operations.answered(exchange, asked, correlated, result) : undefined;
			},
			end(ending) {
				taken.mrtr = correlated.mrtr;
				taken.session ??= sessionOf(exchange.connection);
				if (following) Object.assign(taken, following.adds?.(ending));
				const told = (what: Exchange, how: Ending): NewEvent =>
					describe(what, how, policy, decision, digester, taken);
				let event: NewEvent;
				try {
					event = told(exchange, ending);
				} catch (fault) {
					onFault(fault);
					event = told(unread(exchange), unanswered(ending));
				}
				if (following === undefined) audit.record(event, decision);
				else if (following.counts?.(event, ending, decision) !== true) {
					const named = inMemberOrder({ id: newEventId(ending.endMs), ...event });
					audit.record(named, decision);
					following.ended?.(named, ending);
				}
				const finding = operations.ended(exchange, asked, correlated, event);
				if (finding) audit.record(finding);
			},
		};
	}

	function local(exchange: Exchange, ending: Ending): void {
		const facts = factsOf(exchange.method);
		const name = at(exchange.params, facts.name);
		const decision = decide(exchange, facts, name);
		const { definition, known } = definitions.look(exchange, facts.kind, name);
		const { id, source } = exchange.operation ?? { id: randomUUID(), source: "local" as const };
		const taken: Taken = {
			request: requestOf(exchange, facts, decision, definition),
			definition,
			known,
			session: sessionOf(exchange.connection),
			operation: newOperation(id, source),
		};
		audit.record(
			describe(exchange, ending, audit.policy, decision, audit.digester, taken),
			decision,
		);
	}

	return {
		local(exchange, ending) {
			try {
				local(exchange, ending);
			} catch (fault) {
				onFault(fault);
				local(unread(exchange), ending);
			}
		},
		...messages(audit, sessionOf, (connection) => sessions.get(connection)?.digest),
		request(exchange) {
			try {
				return observed(exchange);
			} catch (fault) {
				onFault(fault);
				return observed(unread(exchange));
			}
		},
	};
}
