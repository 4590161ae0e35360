import type { StoredEvent } from "@mcp-trail/event";
import { beforeAll, describe, expect, it } from "vitest";
import {
	type Cause,
	causes,
	expected,
	expectedCarriage,
	expectedError,
	handshakes,
	impossible,
	injected,
	type Sdk,
	sdks,
	type Side,
	sides,
	type Transport,
	type Verdict,
} from "./expected.ts";
import type { Connect, Pair } from "./pair.ts";
import { isOutcome, type Recording, type SpanRecord, type Spans } from "./recording.ts";
import { answered } from "./scenarios/answered.ts";
import { badArguments } from "./scenarios/bad-arguments.ts";
import { cancelled } from "./scenarios/cancelled.ts";
import { connectionClosed } from "./scenarios/connection-closed.ts";
import { handlerThrow } from "./scenarios/handler-throw.ts";
import { timedOut } from "./scenarios/timed-out.ts";
import { toolError } from "./scenarios/tool-error.ts";
import { unknownMethod } from "./scenarios/unknown-method.ts";
import { unknownTool } from "./scenarios/unknown-tool.ts";

/** Plays every cause on one connection; closing it comes last, after what is still to come. */
async function play({ caller, settled }: Pair): Promise<void> {
	await answered(caller);
	await toolError(caller);
	await handlerThrow(caller);
	await unknownTool(caller);
	await unknownMethod(caller);
	await badArguments(caller);
	await Promise.all([cancelled(caller), timedOut(caller)]);
	await settled();
	await connectionClosed(caller);
}

interface Played {
	readonly requests: Pair["requests"];
	readonly recordings: Readonly<Record<Side, Recording>>;
}

/** Requests of the handshake start no trace of a call: nothing is written into them. */
const HANDSHAKE: ReadonlySet<string> = new Set(["initialize", "server/discover"]);

const outcomes = ({ events }: Recording): readonly StoredEvent[] => events.filter(isOutcome);

/** The request of a cause: its tool has the cause's name, or it is the one unknown method. */
const isOf = (cause: Cause) => (event: StoredEvent) =>
	cause === "unknown_method"
		? event.mcp?.method === "acme/unknown_method"
		: event.target?.name === cause;

function outcomeOf(recording: Recording, cause: Cause): StoredEvent {
	const found = outcomes(recording).filter(isOf(cause));
	expect(found, "exactly one outcome event").toHaveLength(1);
	const [event] = found;
	if (event === undefined) throw new Error("unreachable");
	return event;
}

function spanOf(recording: Recording, requestId: string | undefined): SpanRecord {
	const found = recording.spans.filter((span) => span.requestId === requestId);
	expect(found, "exactly one span").toHaveLength(1);
	const [span] = found;
	if (span === undefined) throw new Error("unreachable");
	return span;
}

function verdictOf({ outcome }: StoredEvent): Partial<Verdict> {
	const { status, layer, reason, executed, rpc_code, delivered } = outcome ?? {};
	return {
		...(status !== undefined && { status }),
		...(layer !== undefined && { layer }),
		...(reason !== undefined && { reason }),
		...(executed !== undefined && { executed }),
		...(rpc_code !== undefined && { rpc_code }),
		...(delivered === false && { delivered }),
	};
}

/** Plays every SDK over one transport and holds both sides to the table. */
export function matrix(spans: Spans, transport: Transport, connect: Connect): void {
	const occurring = sdks.filter(
		(sdk) => impossible({ sdk, transport, cause: "answered", side: "client" }) === undefined,
	);

	describe.each(occurring)(`%s over ${transport}`, (sdk: Sdk) => {
		let played: Played;
		beforeAll(async () => {
			const pair = await connect(sdk, spans);
			await play(pair);
			played = { requests: pair.requests, recordings: await pair.finish() };
		});

		describe.each(sides)("[complete.matrix_verdicts] %s", (side) => {
			it.each(causes)("%s", (cause) => {
				const recording = played.recordings[side];
				const event = outcomeOf(recording, cause);
				expect(verdictOf(event)).toEqual(expected({ sdk, transport, cause, side }));
				const span = spanOf(recording, event.mcp?.request_id);
				expect(event.trace).toMatchObject({ id: span.traceId, span_id: span.spanId });
				expect(event.trace?.parent_span_id).toBe(span.parentSpanId);
				expect(span.errorType).toBe(expectedError({ sdk, transport, cause, side }));
				expect(event.mcp).toMatchObject(expectedCarriage({ sdk, transport, cause, side }));
			});

			it("[complete.matrix_accounted] accounts for every request of the connection, once", () => {
				const recorded = outcomes(played.recordings[side]).map((event) => ({
					id: event.mcp?.request_id,
					method: event.mcp?.method,
				}));
				const sent = played.requests.map(({ id, method }) => ({ id, method }));
				expect(sent).toHaveLength(causes.length + handshakes(sdk, transport));
				expect(recorded).toHaveLength(sent.length);
				expect(recorded).toEqual(expect.arrayContaining(sent));
				expect(played.recordings[side].spans).toHaveLength(sent.length);
			});

			it("[schema.matrix_valid] writes valid events and warns of nothing", () => {
				expect(played.recordings[side].invalid).toEqual([]);
			});
		});

		it.each(causes)(
			"[complete.matrix_joined] %s: the server's span is the child of the client's",
			(cause) => {
				const { client, server } = played.recordings;
				const near = spanOf(client, outcomeOf(client, cause).mcp?.request_id);
				const far = spanOf(server, outcomeOf(server, cause).mcp?.request_id);
				// In memory the client's context is the ambient one, with or without `_meta`.
				const joined = injected(cause) || transport === "in_memory";
				expect(far.parentSpanId).toBe(joined ? near.spanId : undefined);
				expect(far.traceId === near.traceId).toBe(joined);
			},
		);

		it("starts the handshake in no trace but its own", () => {
			const { client } = played.recordings;
			const first = client.spans.filter((span) => HANDSHAKE.has(span.name));
			expect(first).toHaveLength(handshakes(sdk, transport));
			for (const span of first) expect(span.parentSpanId).toBeUndefined();
		});
	});
}
