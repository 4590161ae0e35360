import { instrumentClient, instrumentServer } from "@mcp-trail/mcp";
import { SpanKind, trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, it } from "vitest";
import {
	as,
	fakeAudit,
	generations,
	type Generation,
	tick,
	type Transport,
} from "../mcp/support.ts";
import { faultsOf, spanFaults } from "./conventions.ts";
import { type Recorded, registerSdk } from "./recorded.ts";

type Notify = (notification: object) => Promise<void>;
/** What a tool is handed: 1.x, and 2.x. */
interface Context {
	readonly _meta?: { readonly progressToken?: number };
	readonly sendNotification?: Notify;
	readonly mcpReq?: { readonly _meta?: { readonly progressToken?: number }; notify: Notify };
}
interface Frame {
	readonly method?: string;
	readonly params?: { readonly _meta?: Readonly<Record<string, unknown>> };
}

const FLOOD = 40;
const OWN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UPDATED = "notifications/resources/updated";

/** Frozen: whoever writes into what the application gave throws. */
const own = Object.freeze({
	method: UPDATED,
	params: Object.freeze({ uri: "file:///own", _meta: Object.freeze({ traceparent: OWN }) }),
});
const plain = Object.freeze({
	method: UPDATED,
	params: Object.freeze({ uri: "file:///page?token=secret", _meta: Object.freeze({ kept: 1 }) }),
});

/** One call of a tool that notifies its client; what the server sent, as it left. */
async function call(sdk: Generation, isHooked = true) {
	const audit = fakeAudit();
	const capabilities = { logging: {}, resources: { subscribe: true } };
	const server = new sdk.McpServer({ name: "desk", version: "1.0.0" }, { capabilities });
	const client = new sdk.Client({ name: "probe", version: "2.0.0" });
	if (isHooked) {
		instrumentServer(server, { audit });
		instrumentClient(client, { audit });
	}
	const answer = as<never>(async (context: Context) => {
		const notify = as<Notify>(context.sendNotification ?? context.mcpReq?.notify);
		const { _meta: meta } = context.mcpReq ?? context;
		const progressToken = meta?.progressToken;
		for (let progress = 1; progress <= FLOOD; progress++) {
			await notify({ method: "notifications/progress", params: { progressToken, progress } });
			await notify({ method: "notifications/message", params: { level: "info", data: "x" } });
		}
		await notify(own);
		await notify(plain);
		return { content: [] };
	});
	server.registerTool("steps", {}, answer);
	client.fallbackNotificationHandler = async ({ method }) => {
		if (method === UPDATED) trace.getTracer("app").startSpan("inside").end();
	};
	const [near, far] = sdk.pair();
	const sent = tapped(as<Transport>(far));
	await server.connect(as(far));
	await client.connect(as(near));
	await sdk.callTool(client, { name: "steps" }, { onprogress: () => {} });
	await client.close();
	await tick();
	return { audit, sent: sent.filter(({ method }) => method?.startsWith("notifications/")) };
}

function metaOf({ params }: Frame): unknown {
	const { _meta: meta } = params ?? {};
	return meta;
}

/** To be called before anything is hooked. */
function tapped(transport: Transport): readonly Frame[] {
	const frames: Frame[] = [];
	const send = transport.send.bind(transport);
	transport.send = (message, options) => {
		frames.push(as<Frame>(message));
		return send(message, options);
	};
	return frames;
}

const told = async (sdk: Generation): Promise<readonly string[]> =>
	(await call(sdk)).audit.events.map(({ type, mcp }) => `${type} ${mcp?.method} ${mcp?.role}`);

let recorded: Recorded | undefined;
afterEach(async () => {
	await recorded?.close();
	recorded = undefined;
});

const contextOf = (span: ReadableSpan | undefined): string =>
	`00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`;

describe.each(generations)("$name: notifications within a call", (sdk) => {
	it("[otel.notifications] has a span on each side, the receiver's beneath the sender's, beneath the call", async () => {
		recorded = registerSdk();
		await call(sdk);
		const of = (kind: SpanKind, name: string) =>
			(recorded?.spans(kind) ?? []).filter((span) => span.name === name);
		const [called] = of(SpanKind.SERVER, "tools/call steps");
		const sends = of(SpanKind.CLIENT, UPDATED);
		const receives = of(SpanKind.SERVER, UPDATED);
		expect(sends).toHaveLength(2);
		expect(receives).toHaveLength(2);
		for (const span of sends)
			expect(span.parentSpanContext?.spanId).toBe(called?.spanContext().spanId);
		// What the application gave a context of its own stands beneath that.
		expect(receives.map((span) => span.parentSpanContext?.spanId)).toEqual([
			OWN.slice(36, 52),
			sends[1]?.spanContext().spanId,
		]);
		// What the receiver does with it is done within its span.
		const inside = recorded.spans(SpanKind.INTERNAL).map((span) => span.parentSpanContext?.spanId);
		expect(inside).toEqual(receives.map((span) => span.spanContext().spanId));
		for (const { kind, name, attributes } of [...sends, ...receives]) {
			const conditions = { "mcp.resource.uri": true };
			const side = kind === SpanKind.CLIENT ? "CLIENT" : "SERVER";
			expect(faultsOf(side, attributes, { conditions })).toEqual([]);
			const status = { isError: false, isOk: false };
			expect(spanFaults({ name, kind: side, attributes, status })).toEqual([]);
			expect(JSON.stringify(attributes)).not.toContain("secret");
		}
	});

	it("[otel.notifications] progress and log messages make no spans, and carry the context of their call", async () => {
		recorded = registerSdk();
		const { sent } = await call(sdk);
		const spans = [SpanKind.CLIENT, SpanKind.SERVER].flatMap((kind) => recorded?.spans(kind) ?? []);
		const names = spans.map(({ name }) => name).toSorted();
		expect(names).toEqual([
			"initialize",
			"initialize",
			"notifications/initialized",
			"notifications/initialized",
			UPDATED,
			UPDATED,
			UPDATED,
			UPDATED,
			"tools/call steps",
			"tools/call steps",
		]);
		const served = spans.find(
			({ name, kind }) => name === "tools/call steps" && kind === SpanKind.SERVER,
		);
		const floods = sent.filter(({ method }) => method !== UPDATED);
		expect(floods).toHaveLength(2 * FLOOD);
		for (const frame of floods) expect(metaOf(frame)).toEqual({ traceparent: contextOf(served) });
	});

	it("[otel.notifications] the sender's own keys win, and what it gave is not written into", async () => {
		recorded = registerSdk();
		const { sent } = await call(sdk);
		const span = recorded.spans(SpanKind.CLIENT).filter(({ name }) => name === UPDATED)[1];
		const updates = sent.filter(({ method }) => method === UPDATED);
		expect(updates.map((frame) => metaOf(frame))).toEqual([
			{ traceparent: OWN },
			{ kept: 1, traceparent: contextOf(span) },
		]);
	});

	it("[otel.notifications] are measured once on each side, without a URI", async () => {
		recorded = registerSdk();
		await call(sdk);
		for (const side of ["client", "server"]) {
			const points = await recorded.points(`mcp.${side}.operation.duration`);
			const counts = points.map(({ attributes, count }) => [attributes["mcp.method.name"], count]);
			expect(Object.fromEntries(counts)).toEqual({
				initialize: 1,
				"notifications/initialized": 1,
				[UPDATED]: 2,
				"tools/call": 1,
			});
			for (const { metric, attributes } of points) {
				const conditions = { "gen_ai.tool.name": attributes["mcp.method.name"] === "tools/call" };
				expect(faultsOf(metric, attributes, { conditions })).toEqual([]);
			}
		}
	});

	it("[transparent.notifications] without an SDK the very frames leave that leave a bare server", async () => {
		const bare = await call(sdk, false);
		const hooked = await call(sdk);
		expect(hooked.sent).toEqual(bare.sent);
		expect(bare.sent).toHaveLength(2 * FLOOD + 2);
	});

	it("[otel.notifications] spans add no event and take none away", async () => {
		const without = await told(sdk);
		recorded = registerSdk();
		expect(await told(sdk)).toEqual(without);
	});
});

describe.each(generations)("$name: a notification that is sent again by its transport", (sdk) => {
	it("[otel.notifications] is one: one span, one event", async () => {
		recorded = registerSdk();
		const audit = fakeAudit();
		const client = instrumentClient(new sdk.Client({ name: "probe", version: "2.0.0" }), { audit });
		const [near, far] = sdk.pair();
		const server = new sdk.McpServer({ name: "desk", version: "1.0.0" });
		const inner = as<Transport>(near);
		const send = inner.send.bind(inner);
		const again = new Set<unknown>();
		// As the HTTP transport of 1.x does once it is authorized.
		Object.assign(inner, {
			_url: new URL("http://127.0.0.1:9/mcp"),
			async send(this: Transport, message: Frame, options: unknown): Promise<void> {
				if (message.method !== "notifications/initialized" || again.has(message))
					return send(message, options);
				again.add(message);
				await tick();
				return this.send(message, options);
			},
		});
		await server.connect(as(far));
		await client.connect(as(near));
		await tick();
		expect(again.size).toBe(1);
		const spans = recorded.spans(SpanKind.CLIENT).map(({ name }) => name);
		expect(spans).toEqual(["initialize", "notifications/initialized"]);
		const events = audit.events.filter(({ mcp }) => mcp?.method === "notifications/initialized");
		expect(events).toHaveLength(1);
		await client.close();
	});
});
