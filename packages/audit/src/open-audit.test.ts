import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEvent, NewEvent, StoredEvent } from "@mcp-trail/event";
import { validate } from "@mcp-trail/event/schema";
import { hashOf, type SealedEvent } from "@mcp-trail/integrity";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Audit } from "./audit.ts";
import type { CodedError } from "./audit-error.ts";
import type { AuditOptions } from "./audit-options.ts";
import { openAudit } from "./open-audit.ts";
import type { Decision, Policy } from "./policy.ts";
import type { Sink, SinkError } from "./sink.ts";
import type { OpenTrail, Trail } from "./trail.ts";
import { fileTrail } from "./trail/file-trail.ts";
import { memoryTrail } from "./trail/memory-trail.ts";

const open: Audit[] = [];
afterEach(async () => {
	vi.useRealTimers();
	for (const audit of open.splice(0)) await audit.close(AbortSignal.abort());
});

interface Opened {
	readonly audit: Audit;
	readonly errors: CodedError[];
}

function opened(options: Partial<AuditOptions> = {}): Opened {
	const errors: CodedError[] = [];
	const audit = openAudit({
		service: "tickets",
		trail: memoryTrail(),
		delivery: { retryBaseMs: 1, retryCapMs: 5, holdMs: 20 },
		onError: (error) => void errors.push(error),
		...options,
	});
	open.push(audit);
	return { audit, errors };
}

interface Collecting extends Sink {
	readonly got: StoredEvent[];
}

function collecting(name = "memory", more: Partial<Sink> = {}): Collecting {
	const got: StoredEvent[] = [];
	return {
		name,
		delivery: "at_least_once",
		ordered: true,
		limits: { lingerMs: 0 },
		got,
		async write(batch: readonly SealedEvent[]) {
			for (const one of batch) got.push(one.event);
		},
		...more,
	};
}

const paid = (n: number): NewEvent => ({
	type: "ext.com.example.paid",
	severity: "informational",
	labels: { n: String(n) },
});

const called = (more: Partial<NewEvent> = {}): NewEvent => ({
	type: "mcp.request",
	phase: "outcome",
	severity: "informational",
	outcome: { status: "success", executed: "yes" },
	actor: { principal: { type: "unknown", assurance: "none", source: "none" } },
	mcp: {
		method: "tools/call",
		direction: "client_to_server",
		role: "server",
		transport: "in_memory",
	},
	operation: { id: "0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42", source: "local" },
	recording: { level: "request_response" },
	...more,
});

const acting: Decision = { rule: "r", level: "metadata", acting: true, intent: false };
const soon = (): AbortSignal => AbortSignal.timeout(5000);
const refusing = (code: string): SinkError =>
	Object.assign(new Error("never"), { code, verdict: "reject" as const });
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const until = (holds: () => boolean): Promise<void> => vi.waitFor(() => expect(holds()).toBe(true));

const policyOf = (redact: NonNullable<Policy["redact"]>): Policy => ({
	digest: `sha256:${"0".repeat(64)}`,
	decide: () => acting,
	redact,
});

const needing = (sinks: number, withinMs = 2000): { sinks: number; withinMs: number } => ({
	sinks,
	withinMs,
});

const folder = (): string => mkdtempSync(join(tmpdir(), "dead-"));
const letters = (dir: string, sink = "picky"): readonly Record<string, unknown>[] =>
	readFileSync(join(dir, `${sink}.dead-letters.ndjson`), "utf8")
		.split("\n")
		.filter((line) => line.endsWith("}"))
		.map((line) => foreign<Record<string, unknown>>(JSON.parse(line)));
/** Takes what is not odd; knows which of a batch it refuses. */
const picky = (got: StoredEvent[] = []): Sink & { readonly got: StoredEvent[] } => ({
	...collecting("picky"),
	got,
	async write(batch) {
		const items = batch.flatMap(({ event }, index) =>
			Number(event.labels?.["n"] ?? 0) % 2 === 1
				? [{ index, verdict: "reject" as const, code: "odd" }]
				: [],
		);
		const listed = new Set(items.map(({ index }) => index));
		got.push(...batch.filter((_, index) => !listed.has(index)).map(({ event }) => event));
		if (items.length > 0) throw Object.assign(refusing("odd"), { items });
	},
});

const refusesAll = (name: string): Sink =>
	collecting(name, {
		async write() {
			throw refusing("never");
		},
	});

/** What a caller without types hands over. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it stands for whatever is asked for
const foreign = <T>(value: unknown): T => value as T;

function without(event: AuditEvent, name: keyof AuditEvent): AuditEvent {
	Reflect.deleteProperty(event, name);
	return event;
}

const never = (): Promise<never> => new Promise(() => {});
const cannotClose: OpenTrail = async (context) => ({
	...(await memoryTrail()(context)),
	close: () => Promise.reject(new Error("cannot")),
});

describe("openAudit", () => {
	it("[complete.recorded] records, delivers in order, and says what became of it when it closes", async () => {
		const sink = collecting();
		const { audit, errors } = opened({ sinks: [sink] });
		for (let n = 0; n < 1000; n += 1) audit.record(paid(n));
		expect(audit.health()).toMatchObject({ state: "opening", queued: 1000, recorded: 0 });
		await audit.ready;
		await audit.flush(soon());
		expect(sink.got).toHaveLength(1001);
		expect(audit.health()).toMatchObject({
			state: "open",
			recorded: 1001,
			queued: 0,
			lost: 0,
			lanes: [{ sink: "memory", state: "delivering", lagEvents: 0, delivered: 1001 }],
		});
		const report = await audit.close();
		const last = sink.got.at(-1);
		expect(report).toEqual({
			recorded: 1002,
			lost: 0,
			undelivered: { memory: 0 },
			clean: true,
			head: {
				streamId: last?.integrity.stream_id,
				sequence: 1002,
				hash: last?.integrity.hash,
			},
		});
		expect(sink.got.map(({ integrity }) => integrity.sequence)).toEqual(
			Array.from({ length: 1002 }, (_, index) => index + 1),
		);
		expect(sink.got.slice(1, -1).map(({ labels }) => labels?.["n"])).toEqual(
			Array.from({ length: 1000 }, (_, index) => String(index)),
		);
		for (const event of sink.got) {
			expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
		}
		expect(errors).toEqual([]);
		expect(audit.health().state).toBe("closed");
	});

	it("says in trail.started by what it works, and in trail.stopped how much it holds", async () => {
		const sink = collecting();
		const { audit } = opened({
			sinks: [sink],
			mode: "strict",
			serviceVersion: "2.3.1",
			environment: "production",
			labels: { region: "eu" },
		});
		await audit.close();
		const [started, stopped] = sink.got;
		expect(started).toMatchObject({
			type: "trail.started",
			severity: "informational",
			config: {
				digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
				policy_digest: audit.policy.digest,
				source: "code",
				mode: "strict",
				durability: "memory",
				digest_key: audit.digester.keyId,
				digest_key_ephemeral: true,
			},
			labels: { region: "eu" },
			producer: {
				recorder: "mcp-trail/0.1.0",
				service: "tickets",
				service_version: "2.3.1",
				environment: "production",
			},
		});
		expect(stopped).toMatchObject({
			type: "trail.stopped",
			checkpoint: { events: 1, lost: 0, undelivered: 1 },
		});
	});

	it("[honest.started] does not give up trail.started: it comes as soon as the trail takes it", async () => {
		const sink = collecting();
		let refusals = 3;
		const trail: OpenTrail = async (context) => {
			const inner = await memoryTrail()(context);
			return {
				...inner,
				append(event, options) {
					if (event.type === "trail.started" && refusals-- > 0) {
						expect(options).toMatchObject({ retried: true, reserve: true });
						return Promise.reject(Object.assign(new Error("full"), { lossCause: "disk_full" }));
					}
					return inner.append(event, options);
				},
			} satisfies Trail;
		};
		const { audit } = opened({ trail, sinks: [sink] });
		audit.record(paid(1));
		await until(() => sink.got.length === 2);
		expect(sink.got.map(({ type }) => type)).toEqual(["ext.com.example.paid", "trail.started"]);
		expect(await audit.close()).toMatchObject({ lost: 0, recorded: 3 });
	});

	it("proves that it lives with a checkpoint, in empty intervals, too", async () => {
		const sink = collecting();
		const { audit } = opened({ sinks: [sink], checkpointEveryMs: 10 });
		await until(() => sink.got.filter(({ type }) => type === "trail.checkpoint").length >= 3);
		await audit.close();
		const many = sink.got.length;
		await tick(50);
		expect(sink.got).toHaveLength(many);
	});

	it("puts the operator's labels on every event; they win, and an event's own fill what room is left", async () => {
		const labels = Object.fromEntries(
			Array.from({ length: 15 }, (_, index) => [`own_${index}`, "operator"]),
		);
		const sink = collecting();
		const { audit } = opened({ sinks: [sink], labels });
		audit.record({ ...paid(1), labels: { own_3: "event", mine: "event", late: "event" } });
		audit.record(called());
		await audit.close();
		expect(sink.got[1]?.labels).toEqual({ ...labels, mine: "event" });
		expect(sink.got[2]?.labels).toEqual(labels);
		for (const event of sink.got) {
			expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
		}
	});

	it("brings an application's members into the one order, and lets it set none of the recorder's", async () => {
		const sink = collecting();
		const { audit } = opened({ sinks: [sink] });
		audit.record(
			foreign({
				producer: { recorder: "forged", service: "forged" },
				labels: { b: "1" },
				id: "forged",
				severity: "low",
				schema_version: "9.9",
				integrity: { sequence: 1 },
				type: "ext.com.example.paid",
				time: "2026-11-20T10:15:30.123Z",
			}),
		);
		await audit.close();
		const event = sink.got[1];
		expect(Object.keys(event ?? {})).toEqual([
			"schema_version",
			"id",
			"time",
			"type",
			"severity",
			"labels",
			"producer",
			"integrity",
		]);
		expect(event).toMatchObject({ time: "2026-11-20T10:15:30.123Z", integrity: { sequence: 2 } });
		expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
	});
});

describe("record", () => {
	it("[bounded.queue] keeps what fits before the trail opens, loses the newest, and says so in trail.lost", async () => {
		const sink = collecting();
		let go: (() => void) | undefined;
		const gate = new Promise<void>((resolve) => (go = resolve));
		const slow: OpenTrail = async (context) => {
			await gate;
			return memoryTrail()(context);
		};
		const { audit, errors } = opened({ trail: slow, sinks: [sink], maxQueueEvents: 100 });
		for (let n = 0; n < 250; n += 1) audit.record(paid(n));
		for (let n = 0; n < 10; n += 1) audit.record(paid(1000 + n), acting);
		expect(audit.health()).toMatchObject({ queued: 100, lost: 160 });
		go?.();
		await audit.close();
		expect(sink.got.flatMap(({ labels }) => labels?.["n"] ?? [])).toEqual(
			[...Array.from({ length: 95 }, (_, n) => n), 1000, 1001, 1002, 1003, 1004].map(String),
		);
		const lost = sink.got.filter(({ type }) => type === "trail.lost");
		expect(lost.map(({ loss }) => [loss?.events, loss?.acting_events, loss?.cause])).toEqual([
			[160, 5, "buffer_full"],
		]);
		expect(errors.map(({ code }) => code)).toEqual(["event_lost"]);
	});

	it("[bounded.queue_bytes] bounds what waits by size, too", async () => {
		const { audit } = opened({
			trail: () => new Promise(() => {}),
			maxQueueBytes: 100_000,
			closeTimeoutMs: 10,
		});
		const text = "x".repeat(250);
		for (let n = 0; n < 10_000; n += 1) audit.record({ ...paid(n), labels: { text } });
		const { queued } = audit.health();
		expect(queued).toBeGreaterThan(100);
		expect(queued).toBeLessThan(300);
	});

	it("[transparent.never_throws] takes anything without throwing; what is no event is counted and told in trail.lost", async () => {
		const sink = collecting();
		const { audit, errors } = opened({ sinks: [sink] });
		await audit.ready;
		const cycle: Record<string, unknown> = { ...paid(0) };
		cycle["labels"] = cycle;
		let deep: unknown = "end";
		for (let level = 0; level < 100_000; level += 1) deep = { deep };
		const trap = new Proxy(paid(0), {
			get() {
				throw new Error("a trap");
			},
		});
		const wrong: readonly unknown[] = [
			undefined,
			null,
			7,
			"event",
			[],
			{},
			{ type: "unheard.of", severity: "low" },
			{ type: "ext.x", severity: "low" },
			{ ...paid(0), labels: { n: 1n } },
			{ ...paid(0), duration_us: 0.5 },
			{ ...paid(0), duration_us: Number.NaN },
			{ ...paid(0), labels: null },
			{ ...paid(0), labels: { toJSON: () => "gone" } },
			{ ...paid(0), labels: deep },
			cycle,
			trap,
		];
		for (const event of wrong) audit.record(foreign(event));
		audit.record(paid(1), foreign(null));
		expect(audit.health().lost).toBe(wrong.length + 1);
		const { lost } = await audit.close();
		expect(lost).toBe(wrong.length + 1);
		const told = sink.got.filter(({ type }) => type === "trail.lost");
		expect(told.map(({ loss }) => loss?.cause)).toEqual(told.map(() => "invalid_event"));
		expect(told.reduce((sum, { loss }) => sum + (loss?.events ?? 0), 0)).toBe(wrong.length + 1);
		expect(errors[0]?.code).toBe("event_lost");
	});

	it("[bounded.line] cuts an event to fit into a line of 65,535 bytes, and marks it", async () => {
		const sink = collecting();
		const { audit } = opened({ sinks: [sink] });
		const content = "\u4e00".repeat(16_384);
		audit.record(
			called({
				request: { content },
				response: { content },
			}),
		);
		audit.record(called({ request: { content: "{}" } }));
		await audit.close();
		const [, big, small] = sink.got;
		expect(big?.recording?.trimmed).toBe(true);
		expect(Buffer.byteLength(JSON.stringify(big))).toBeLessThanOrEqual(65_535);
		expect(validate(big, { as: "writer" })).toMatchObject({ valid: true });
		expect(small?.recording?.trimmed).toBeUndefined();
		expect(small?.request?.content).toBe("{}");
	});

	it("lets a judge complain in development, and keeps the event all the same", async () => {
		const sink = collecting();
		const { audit, errors } = opened({
			sinks: [sink],
			judge(event) {
				if (event.type === "mcp.request") throw new Error("broken judge");
				const verdict = validate(event, { as: "audit" });
				return verdict.valid ? undefined : "not valid";
			},
		});
		audit.record({ ...paid(1), labels: { "Bad Key": "x" } });
		audit.record(called());
		audit.record(paid(2));
		await audit.close();
		expect(sink.got).toHaveLength(5);
		expect(errors.map(({ code }) => code)).toEqual(["judged_invalid", "judged_invalid"]);
	});

	it("[durable.order] survives a trail that refuses, and counts once what the trail has counted", async () => {
		const full = Object.assign(new Error("full"), { code: "full", lossCause: "disk_full" });
		const lost: unknown[] = [];
		const trail: OpenTrail = async (context) => {
			const inner = await memoryTrail()(context);
			let call = 0;
			return {
				...inner,
				lost: (loss) => void lost.push(loss),
				append(event, options) {
					if (event.type === "trail.started") return inner.append(event, options);
					call += 1;
					if (call === 1) return Promise.reject(full);
					if (call === 2) return Promise.reject(new Error("nothing is known about this"));
					if (call === 3) throw new Error("synchronously");
					return inner.append(event, options);
				},
			} satisfies Trail;
		};
		const { audit } = opened({ trail });
		await audit.ready;
		for (let n = 0; n < 4; n += 1) audit.record(paid(n), acting);
		await audit.flush(soon());
		expect(audit.health()).toMatchObject({ recorded: 2, lost: 3, queued: 0 });
		expect(lost).toEqual([
			expect.objectContaining({ events: 1, actingEvents: 1, cause: "other" }),
			expect.objectContaining({ events: 1, actingEvents: 1, cause: "other" }),
		]);
	});

	it("[honest.open_late] says that a trail does not open, and that it waits for it, after seconds", async () => {
		vi.useFakeTimers();
		const opens: (() => void)[] = [];
		const { audit, errors } = opened({
			trail: async (context) => {
				await new Promise<void>((resolve) => opens.push(resolve));
				return memoryTrail()(context);
			},
		});
		audit.record(paid(1));
		await vi.advanceTimersByTimeAsync(4_999);
		expect(errors).toEqual([]);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(errors.map(({ code }) => code)).toEqual(["open_late"]);
		expect(errors[0]?.message).toContain("1 event waits in memory");
		expect(audit.health()).toMatchObject({ state: "opening", queued: 1 });
		for (const letOpen of opens) letOpen();
		await audit.ready;
		await audit.flush(AbortSignal.timeout(5_000));
		expect(audit.health()).toMatchObject({ state: "open", recorded: 2, lost: 0 });
	});

	it("[honest.memory_only] says once that without a trail and a sink nothing outlives the process", async () => {
		const noTrail = foreign<Partial<AuditOptions>>({ trail: undefined });
		const bare = opened(noTrail);
		await bare.audit.ready;
		bare.audit.record(paid(1));
		await bare.audit.flush(soon());
		expect(bare.errors.map(({ code }) => code)).toEqual(["memory_only"]);
		expect(bare.errors[0]?.message).toContain("Give trail: fileTrail({ dir })");
		for (const options of [{ trail: memoryTrail() }, { ...noTrail, sinks: [collecting()] }]) {
			const { audit, errors } = opened(options);
			await audit.ready;
			expect(errors).toEqual([]);
		}
	});

	it("[honest.open_late] says nothing of a trail that has opened", async () => {
		vi.useFakeTimers();
		const { audit, errors } = opened();
		await audit.ready;
		await vi.advanceTimersByTimeAsync(60_000);
		expect(errors).toEqual([]);
	});

	it("counts everything as lost where the trail cannot be opened, and says why once", async () => {
		const { audit, errors } = opened({
			sinks: [collecting()],
			trail: async () => {
				throw new Error("EACCES: /var/lib/tickets");
			},
		});
		audit.record(paid(1));
		await audit.ready;
		audit.record(paid(2));
		expect(audit.health()).toMatchObject({ state: "failed", lost: 2, queued: 0 });
		expect(errors.map(({ code }) => code)).toEqual(["event_lost", "open_failed"]);
		expect(errors[1]?.message).toContain("EACCES: /var/lib/tickets");
		const need = { sinks: 0, withinMs: 100 };
		await expect(audit.secure(paid(3), need, soon())).rejects.toMatchObject({
			code: "trail_failed",
		});
		await expect(audit.flush(soon())).rejects.toMatchObject({ code: "trail_failed" });
		expect(await audit.close()).toMatchObject({ clean: false, lost: 2 });
	});

	it("swallows what onError throws", async () => {
		const { audit } = opened({
			onError() {
				throw new Error("the host's logger is down");
			},
		});
		audit.record(foreign({}));
		expect((await audit.close()).lost).toBe(1);
	});

	it("[transparent.stdout] tells errors on standard error where nobody listens, each code once a minute", async () => {
		const told: string[] = [];
		const warn = vi.spyOn(process, "emitWarning").mockImplementation((message, options) => {
			told.push(`${foreign<{ code: string }>(options).code}: ${String(message)}`);
		});
		const audit = openAudit({ service: "tickets", trail: memoryTrail() });
		for (let n = 0; n < 3; n += 1) audit.record(foreign({}));
		await audit.close();
		warn.mockRestore();
		expect(told).toHaveLength(1);
		expect(told[0]).toMatch(/^event_lost: /);
	});
});

describe("redact", () => {
	const secret = "4111 1111 1111 1111";
	const full = called({
		request: {
			content: JSON.stringify({ card: secret }),
			shape: { type: "object", keys: [secret] },
		},
		response: { content: secret, parts: [{ type: "text", uri: secret }], bytes: 3 },
		outcome: { status: "failure", reason: "tool_error", message: secret },
		labels: { card: secret },
		network: { http: { method: "POST", mismatch: [{ header: "x", body_value: secret }] } },
	});
	const recorded = async (policy: Policy): Promise<{ event?: StoredEvent; codes: string[] }> => {
		const sink = collecting();
		const { audit, errors } = opened({ sinks: [sink], policy });
		audit.record(full, acting);
		await audit.close();
		const event = sink.got[1];
		expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
		return { ...(event && { event }), codes: errors.map(({ code }) => code) };
	};

	it("works on a copy and gets the decision", async () => {
		const before = JSON.stringify(full);
		const { event, codes } = await recorded(
			policyOf((copy, decision) => {
				expect(decision).toBe(acting);
				Reflect.set(copy.request ?? {}, "content", "***");
				return without(copy, "labels");
			}),
		);
		expect(JSON.stringify(full)).toBe(before);
		expect(event?.request?.content).toBe("***");
		expect(event?.labels).toBeUndefined();
		expect(event?.response?.content).toBe(secret);
		expect(codes).toEqual([]);
	});

	const broken: Readonly<Record<string, NonNullable<Policy["redact"]>>> = {
		throws: () => {
			throw new Error(`cannot handle ${secret.length} digits`);
		},
		"returns nothing": () => foreign(undefined),
		"hides the outcome": (event) => ({ ...event, outcome: { status: "success" } }),
		"drops the outcome": (event) => without(event, "outcome"),
		"takes another id": (event) => ({ ...event, id: "01a1f874-3e4b-7c3e-9f10-6a2b4c8d0e1f" }),
		"calls it something else": (event) => ({ ...event, type: "trail.checkpoint" }),
	};
	for (const [what, redact] of Object.entries(broken)) {
		it(`[private.redact_fails] keeps the event at level metadata, trimmed, where the policy ${what}`, async () => {
			const { event, codes } = await recorded(policyOf(redact));
			expect(codes).toEqual(["redact_failed"]);
			expect(event?.recording).toEqual({ level: "metadata", trimmed: true });
			expect(JSON.stringify(event)).not.toContain(secret);
			expect(event).toMatchObject({
				outcome: { status: "failure", reason: "tool_error" },
				response: { bytes: 3 },
				network: { http: { method: "POST" } },
			});
		});
	}
});

describe("secure", () => {
	it("[failclosed.secure] resolves once the event is durable and at so many sinks that acknowledge", async () => {
		const [fast, other] = [collecting("fast"), collecting("other")];
		const printer = collecting("printer", { delivery: "best_effort" });
		const silent = collecting("silent", { write: never });
		const { audit } = opened({ sinks: [silent, printer, fast, other], closeTimeoutMs: 10 });
		const position = await audit.secure(paid(1), needing(2), soon());
		expect(position.sequence).toBe(2);
		for (const { got } of [fast, other]) {
			expect(got.map(({ integrity }) => integrity.sequence)).toContain(2);
		}
		await expect(audit.secure(paid(2), needing(3, 50), soon())).rejects.toMatchObject({
			code: "deadline",
		});
		await expect(audit.secure(paid(3), needing(4), soon())).rejects.toMatchObject({
			code: "not_enough_sinks",
		});
	});

	it("does not take a dead letter for a delivery", async () => {
		const refuses = collecting("refuses", {
			async write() {
				throw refusing("bad");
			},
		});
		const dir = mkdtempSync(join(tmpdir(), "dead-"));
		const { audit } = opened({ sinks: [refuses], deadLetters: { dir } });
		await expect(audit.secure(paid(1), needing(1), soon())).rejects.toMatchObject({
			code: "sink_refused",
		});
		expect((await audit.secure(paid(1), needing(0), soon())).sequence).toBeGreaterThan(1);
	});

	it("heeds the caller's signal until the event is handed to the trail, and not after", async () => {
		let go: (() => void) | undefined;
		const gate = new Promise<void>((resolve) => (go = resolve));
		const sink = collecting("sink", {
			async write(batch) {
				await tick(30);
				for (const one of batch) sink.got.push(one.event);
			},
		});
		const { audit } = opened({
			sinks: [sink],
			trail: async (context) => {
				await gate;
				return memoryTrail()(context);
			},
		});
		const early = new AbortController();
		const given = audit.secure(paid(1), needing(0), early.signal);
		early.abort();
		await expect(given).rejects.toMatchObject({ code: "aborted" });
		await expect(audit.secure(paid(2), needing(0), AbortSignal.abort())).rejects.toMatchObject({
			code: "aborted",
		});
		go?.();
		await audit.ready;
		const later = new AbortController();
		const detached = audit.secure(paid(3), needing(1), later.signal);
		await tick(5);
		later.abort();
		await detached;
		await audit.close();
		expect(sink.got.flatMap(({ labels }) => labels?.["n"] ?? [])).toEqual(["3"]);
	});

	it("[failclosed.not_durable] rejects where the trail refuses, hangs or is closed, and what is no event", async () => {
		const full = Object.assign(new Error("full"), { code: "full", lossCause: "disk_full" });
		let mood: "fine" | "full" | "hang" = "fine";
		const trail: OpenTrail = async (context) => {
			const inner = await memoryTrail()(context);
			return {
				...inner,
				append(event, options) {
					if (mood === "full") return Promise.reject(full);
					if (mood === "hang") return new Promise(() => {});
					return inner.append(event, options);
				},
			} satisfies Trail;
		};
		const { audit } = opened({ trail });
		await audit.ready;
		mood = "full";
		await expect(audit.secure(paid(1), needing(0), soon())).rejects.toBe(full);
		mood = "hang";
		await expect(audit.secure(paid(1), needing(0, 20), soon())).rejects.toMatchObject({
			code: "deadline",
		});
		mood = "fine";
		await expect(audit.secure(foreign({}), needing(0), soon())).rejects.toMatchObject({
			code: "invalid_event",
		});
		await audit.close();
		await expect(audit.secure(paid(1), needing(0), soon())).rejects.toMatchObject({
			code: "closed",
		});
	});
});

describe("dead letters", () => {
	it("[complete.dead_letter] keeps a refused event byte for byte in a private file, and records the refusal in the chain", async () => {
		const dir = join(folder(), "made", "here");
		const sink = picky();
		const { audit, errors } = opened({ sinks: [sink], deadLetters: { dir } });
		for (let n = 0; n < 40; n += 1) audit.record(paid(n));
		await audit.flush(soon());
		await audit.flush(soon());
		const kept = letters(dir);
		expect(kept).toHaveLength(20);
		for (const { sink: name, code, line, time, sequence } of kept) {
			expect([name, code]).toEqual(["picky", "odd"]);
			expect(time).toMatch(/^\d{4}-.*Z$/);
			const event = foreign<StoredEvent>(JSON.parse(String(line)));
			expect(event.integrity.sequence).toBe(sequence);
			expect(hashOf(Buffer.from(String(line)))).toBe(event.integrity.hash);
		}
		expect(statSync(join(dir, "picky.dead-letters.ndjson")).mode & 0o777).toBe(0o600);
		expect(statSync(dir).mode & 0o777).toBe(0o700);
		const told = sink.got.filter(({ type }) => type === "trail.sink_refused");
		expect(told.reduce((sum, event) => sum + (event.sink?.events ?? 0), 0)).toBe(20);
		for (const event of told) {
			expect(event.sink).toMatchObject({ name: "picky", code: "odd" });
			expect(event.sink?.event_ids?.length).toBeLessThanOrEqual(16);
			expect(validate(event, { as: "writer" })).toMatchObject({ valid: true });
		}
		expect(errors.map(({ code }) => code)).toEqual(told.map(() => "sink_refused"));
		expect(audit.health().lanes[0]).toMatchObject({ refused: 20, lagEvents: 0 });
	});

	it("[bounded.refusals] does not talk to itself for ever: two sinks that refuse everything come to rest", async () => {
		const dir = folder();
		const { audit } = opened({ sinks: [refusesAll("a"), refusesAll("b")], deadLetters: { dir } });
		for (let n = 0; n < 5; n += 1) audit.record(paid(n));
		await audit.ready;
		await until(() =>
			audit.health().lanes.every(({ refused, lagEvents }) => refused > 0 && lagEvents === 0),
		);
		const { recorded } = audit.health();
		await tick(100);
		expect(audit.health().recorded).toBe(recorded);
		const all = letters(dir, "a").length;
		expect(all).toBe(recorded);
		const { undelivered } = await audit.close();
		expect(undelivered).toEqual({ a: 0, b: 0 });
	});

	it("holds the lane, and nothing else, while refused events cannot be kept; goes on once they can", async () => {
		const dir = folder();
		const path = join(dir, "picky.dead-letters.ndjson");
		symlinkSync(join(dir, "elsewhere"), path);
		writeFileSync(join(dir, "elsewhere"), "");
		const [sink, other] = [picky(), collecting("other")];
		const { audit, errors } = opened({ sinks: [sink, other], deadLetters: { dir } });
		for (let n = 0; n < 10; n += 1) audit.record(paid(n));
		await until(() => audit.health().lanes[0]?.state === "holding");
		expect(audit.health().lanes[0]?.lastError?.code).toBe("dead_letter_unwritable");
		expect(errors.map(({ code }) => code)).toEqual(["dead_letter_unwritable"]);
		expect(readFileSync(join(dir, "elsewhere"), "utf8")).toBe("");
		await until(() => other.got.length === 11);
		const { rmSync } = await import("node:fs");
		rmSync(path);
		await audit.flush(soon());
		await audit.flush(soon());
		expect(letters(dir)).toHaveLength(5);
		expect(audit.health().lanes[0]).toMatchObject({ refused: 5, lagEvents: 0 });
	});

	it("holds where no folder is given, says so, and leaves the events in the trail", async () => {
		const { audit, errors } = opened({ sinks: [picky()] });
		audit.record(paid(1));
		await until(() => audit.health().lanes[0]?.state === "holding");
		expect(errors[0]?.message).toContain("set deadLetters.dir");
		const report = await audit.close();
		expect(report.undelivered["picky"]).toBeGreaterThan(0);
		expect(audit.health().lanes[0]?.refused).toBe(0);
	});

	it("[bounded.dead_letters] holds at the file's limit; ends a line that a crash cut short", async () => {
		const dir = folder();
		const path = join(dir, "picky.dead-letters.ndjson");
		writeFileSync(path, '{"half a li', { mode: 0o600 });
		const { audit } = opened({ sinks: [picky()], deadLetters: { dir, maxBytes: 1500 } });
		audit.record(paid(1));
		await audit.flush(soon());
		expect(readFileSync(path, "utf8").split("\n")[0]).toBe('{"half a li');
		expect(letters(dir).filter(({ code }) => code === "odd")).toHaveLength(1);
		audit.record(paid(3));
		audit.record(paid(5));
		await until(() => audit.health().lanes[0]?.state === "holding");
		expect(audit.health().lanes[0]?.lastError?.message).toContain("1500 bytes");
		expect(statSync(path).size).toBeLessThanOrEqual(1500);
	});
});

describe("lanes", () => {
	it("[bounded.slow_sink] a sink that hangs delays no other", async () => {
		const stuck = collecting("stuck", { write: () => new Promise(() => {}) });
		const sink = collecting();
		const { audit } = opened({ sinks: [stuck, sink], closeTimeoutMs: 20 });
		for (let n = 0; n < 100; n += 1) audit.record(paid(n));
		await until(() => sink.got.length === 101);
		expect(audit.health().lanes[0]).toMatchObject({ sink: "stuck", lagEvents: 101, delivered: 0 });
		const report = await audit.close();
		expect(report).toMatchObject({ clean: false, undelivered: { stuck: 102, memory: 0 } });
	});

	it("keeps to a sink's limits of events, bytes and batches under way, and commits in order", async () => {
		const sizes: number[] = [];
		const bytes: number[] = [];
		let underWay = 0;
		let most = 0;
		const got: number[] = [];
		const sink: Sink = {
			name: "parallel",
			delivery: "at_least_once",
			ordered: false,
			limits: { events: 7, bytes: 2000, inFlight: 3, lingerMs: 0 },
			async write(batch) {
				sizes.push(batch.length);
				bytes.push(batch.reduce((sum, one) => sum + one.bytes.length, 0));
				underWay += 1;
				most = Math.max(most, underWay);
				await tick(batch[0]?.sequence === 1 ? 60 : 1);
				if (Math.random() < 0.2) {
					underWay -= 1;
					throw new Error("now and then");
				}
				underWay -= 1;
				got.push(...batch.map(({ sequence }) => sequence));
			},
		};
		const { audit } = opened({ sinks: [sink] });
		for (let n = 0; n < 300; n += 1) audit.record(paid(n));
		await audit.flush(soon());
		expect(new Set(got).size).toBe(301);
		expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
		expect(Math.max(...bytes)).toBeLessThanOrEqual(2000);
		expect(most).toBe(3);
		expect(audit.health().lanes[0]).toMatchObject({ delivered: 301, lagEvents: 0 });
	});

	it("lingers for a fuller batch", async () => {
		const sizes: number[] = [];
		const sink = collecting("lingers", {
			limits: { lingerMs: 1000 },
			async write(batch) {
				sizes.push(batch.length);
			},
		});
		const { audit } = opened({ sinks: [sink] });
		for (let n = 0; n < 20; n += 1) {
			audit.record(paid(n));
			await tick(1);
		}
		await audit.flush(soon());
		expect(sizes.length).toBeLessThanOrEqual(2);
	});

	it("tries again where its cursor cannot be opened, read or committed", async () => {
		const trouble = { open: 2, read: 2, commit: 2 };
		const trail: OpenTrail = async (context) => {
			const inner = await memoryTrail()(context);
			return {
				...inner,
				async reader(name, from) {
					if (trouble.open-- > 0) throw new Error("cursor damaged");
					const reader = await inner.reader(name, from);
					return {
						...reader,
						async read(limit, signal) {
							if (trouble.read-- > 0) throw new Error("segment damaged");
							return reader.read(limit, signal);
						},
						async commit(end) {
							if (trouble.commit-- > 0) throw new Error("disk full");
							await reader.commit(end);
						},
					};
				},
			} satisfies Trail;
		};
		const sink = collecting();
		const { audit, errors } = opened({ trail, sinks: [sink] });
		audit.record(paid(1));
		await until(() => sink.got.length === 2);
		for (let n = 2; n < 5; n += 1) {
			audit.record(paid(n));
			await until(() => sink.got.length === n + 1);
		}
		await audit.flush(soon());
		expect(errors.map(({ code }) => code)).toEqual([
			"read_failed",
			"read_failed",
			"read_failed",
			"read_failed",
			"commit_failed",
			"commit_failed",
		]);
		expect(audit.health().lanes[0]).toMatchObject({ lagEvents: 0, delivered: 5 });
	});

	it("shows in its health what a sink is in trouble with, and that it is over", async () => {
		let mood: "hold" | "retry" | "fine" = "hold";
		const sink = collecting("moody", {
			async write() {
				if (mood === "fine") return;
				throw Object.assign(new Error("ask an operator"), { code: "NO_ACL", verdict: mood });
			},
		});
		const { audit, errors } = opened({ sinks: [sink] });
		await until(() => audit.health().lanes[0]?.state === "holding");
		expect(audit.health().lanes[0]?.lastError).toEqual({
			code: "no_acl",
			message: "ask an operator",
		});
		mood = "retry";
		await until(() => audit.health().lanes[0]?.state === "retrying");
		mood = "fine";
		await until(() => audit.health().lanes[0]?.state === "delivering");
		expect(audit.health().lanes[0]?.lastError).toBeUndefined();
		expect(errors.map(({ code }) => code)).toEqual(["sink_holding", "sink_failing"]);
	});
});

describe("flush", () => {
	it("rejects when its signal aborts first", async () => {
		const stuck = collecting("stuck", { write: () => new Promise(() => {}) });
		const { audit } = opened({ sinks: [stuck], closeTimeoutMs: 10 });
		audit.record(paid(1));
		await audit.ready;
		const reason = new Error("enough");
		const controller = new AbortController();
		const flushing = audit.flush(controller.signal);
		controller.abort(reason);
		await expect(flushing).rejects.toBe(reason);
	});
});

describe("close", () => {
	it("goes in its written order", async () => {
		const order: string[] = [];
		const sink = collecting("sink", {
			// Longer than the test: the drain does not wait for a fuller batch.
			limits: { lingerMs: 60_000 },
			async write(batch) {
				order.push(...batch.map(({ event }) => `deliver ${event.type}`));
			},
			async close() {
				order.push("close sink");
			},
		});
		const trail: OpenTrail = async (context) => {
			const inner = await memoryTrail()(context);
			return {
				...inner,
				async flush(signal) {
					order.push("flush trail");
					await inner.flush(signal);
				},
				async close(signal) {
					order.push("close trail");
					await inner.close(signal);
				},
				async reader(name, from) {
					const reader = await inner.reader(name, from);
					return {
						...reader,
						async close() {
							order.push("close reader");
							await reader.close();
						},
					};
				},
			} satisfies Trail;
		};
		const { audit } = opened({ sinks: [sink], trail });
		await audit.ready;
		await Promise.all([audit.close(), audit.close()]);
		expect(order).toEqual([
			"flush trail",
			"deliver trail.started",
			"deliver trail.stopped",
			"close reader",
			"close sink",
			"close trail",
		]);
	});

	it("gives every caller the same report, and takes no more events", async () => {
		const { audit, errors } = opened({});
		const [one, two] = await Promise.all([audit.close(), audit.close(AbortSignal.abort())]);
		expect(two).toBe(one);
		expect(await audit.close()).toBe(one);
		audit.record(paid(1));
		expect(audit.health()).toMatchObject({ state: "closed", lost: 1, recorded: 2 });
		expect(errors.map(({ code }) => code)).toEqual(["event_lost"]);
	});

	it("cuts a retry wait short and drains the lane once", async () => {
		let down = true;
		let writes = 0;
		const sink = collecting("flaky", {
			async write(batch) {
				writes += 1;
				if (down) throw new Error("down");
				for (const one of batch) sink.got.push(one.event);
			},
		});
		const { audit } = opened({
			sinks: [sink],
			delivery: { retryBaseMs: 100_000_000, retryCapMs: 100_000_000 },
		});
		audit.record(paid(1));
		await until(() => writes === 1);
		down = false;
		const report = await audit.close();
		expect(report).toMatchObject({ clean: true, undelivered: { flaky: 0 } });
		expect(sink.got.map(({ type }) => type)).toEqual([
			"trail.started",
			"ext.com.example.paid",
			"trail.stopped",
		]);
	});

	it("reports what a sink that is down did not get, without waiting for it", async () => {
		let writes = 0;
		const sink = collecting("down", {
			async write() {
				writes += 1;
				throw new Error("down");
			},
		});
		const { audit } = opened({
			sinks: [sink],
			delivery: { retryBaseMs: 100_000_000, retryCapMs: 100_000_000 },
		});
		for (let n = 0; n < 10; n += 1) audit.record(paid(n));
		await until(() => writes === 1);
		const before = Date.now();
		expect(await audit.close()).toMatchObject({ clean: true, undelivered: { down: 12 } });
		expect(writes).toBe(2);
		expect(Date.now() - before).toBeLessThan(10_000);
	});

	it("[bounded.close] ends at its deadline whatever hangs, and names it", async () => {
		const hangs: readonly Partial<AuditOptions>[] = [
			{ trail: never },
			{ sinks: [collecting("stuck", { close: never })] },
			{ sinks: [collecting("stuck", { write: never })] },
			{
				trail: async (context) => ({
					...(await memoryTrail()(context)),
					flush: never,
					close: never,
				}),
			},
			{ trail: async (context) => ({ ...(await memoryTrail()(context)), append: never }) },
		];
		for (const options of hangs) {
			const { audit, errors } = opened({ ...options, closeTimeoutMs: 50 });
			audit.record(paid(1));
			const before = Date.now();
			expect((await audit.close()).clean).toBe(false);
			expect(Date.now() - before).toBeLessThan(10_000);
			expect(errors.map(({ code }) => code)).toContain("close_incomplete");
		}
	});

	it("survives a sink and a trail that throw on close", async () => {
		const sink = collecting("throws", {
			close() {
				throw new Error("synchronously");
			},
		});
		const { audit, errors } = opened({ sinks: [sink], trail: cannotClose });
		expect((await audit.close()).clean).toBe(false);
		expect(errors.map(({ message }) => message)).toEqual([
			"closing sink throws: synchronously",
			"closing the trail: cannot",
		]);
	});

	it("waits for a trail that is still opening, so that what was recorded early is written", async () => {
		const sink = collecting();
		const { audit } = opened({
			sinks: [sink],
			trail: async (context) => {
				await tick(30);
				return memoryTrail()(context);
			},
		});
		audit.record(paid(1));
		expect(await audit.close()).toMatchObject({ clean: true, recorded: 3, lost: 0 });
		expect(sink.got.map(({ type }) => type)).toEqual([
			"trail.started",
			"ext.com.example.paid",
			"trail.stopped",
		]);
	});
});

describe("misuse", () => {
	const ok = { service: "tickets" };
	const sink = collecting();
	const cases: readonly (readonly [unknown, string])[] = [
		[undefined, "options"],
		[{}, "service"],
		[{ service: "" }, "service"],
		[{ service: "a\u202eb" }, "service"],
		[{ service: "x".repeat(129) }, "service"],
		[{ ...ok, serviceVersion: "x".repeat(65) }, "serviceVersion"],
		[{ ...ok, host: 7 }, "host"],
		[{ ...ok, checkpointEveryMs: 0 }, "checkpointEveryMs"],
		[{ ...ok, checkpointEveryMs: 2 ** 31 }, "checkpointEveryMs"],
		[{ ...ok, closeTimeoutMs: Number.NaN }, "closeTimeoutMs"],
		[{ ...ok, maxQueueEvents: 1.5 }, "maxQueueEvents"],
		[{ ...ok, maxQueueBytes: 10 }, "maxQueueBytes"],
		[{ ...ok, delivery: { writeTimeoutMs: -1 } }, "delivery.writeTimeoutMs"],
		[{ ...ok, delivery: { writeTimeout: 1 } }, "delivery.writeTimeout"],
		[{ ...ok, trail: {} }, "trail"],
		[{ ...ok, onError: "log" }, "onError"],
		[{ ...ok, mode: "lax" }, "mode"],
		[{ ...ok, sinks: sink }, "sinks"],
		[{ ...ok, sinks: [undefined] }, "sinks[0]"],
		[{ ...ok, sinks: [sink, { ...sink, name: "Upper" }] }, "sinks[1].name"],
		[{ ...ok, sinks: [sink, collecting()] }, "sinks[1].name"],
		[{ ...ok, sinks: [{ ...sink, delivery: "exactly_once" }] }, "sinks[0].delivery"],
		[{ ...ok, sinks: [{ ...sink, ordered: undefined }] }, "sinks[0].ordered"],
		[{ ...ok, sinks: [{ ...sink, write: undefined }] }, "sinks[0].write"],
		[{ ...ok, sinks: [{ ...sink, close: 1 }] }, "sinks[0].close"],
		[{ ...ok, sinks: [{ ...sink, limits: { events: 0 } }] }, "sinks[0].limits.events"],
		[{ ...ok, sinks: [{ ...sink, limits: { inFlight: 2 } }] }, "sinks[0].limits.inFlight"],
		[{ ...ok, policy: {} }, "policy.decide"],
		[{ ...ok, policy: { decide: () => acting, digest: "md5" } }, "policy.digest"],
		[{ ...ok, labels: { "Bad Key": "x" } }, 'labels["Bad Key"]'],
		[{ ...ok, labels: { key: "" } }, "labels.key"],
		[
			{ ...ok, labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, "x"])) },
			"labels",
		],
		[{ ...ok, digestKeys: [] }, "digestKeys"],
		[{ ...ok, digestKeys: [{ id: "A", key: new Uint8Array(32) }] }, "digestKeys[0].id"],
		[{ ...ok, digestKeys: [{ id: "a", key: new Uint8Array(16) }] }, "digestKeys[0].key"],
		[{ ...ok, deadLetters: {} }, "deadLetters.dir"],
		[{ ...ok, deadLetters: { dir: "/x", maxBytes: 0 } }, "deadLetters.maxBytes"],
		[{ ...ok, deadLetters: { dir: "/x", maxByte: 1 } }, 'deadLetters["maxByte"]'],
		[{ ...ok, config: { digest: "x", source: "file" } }, "config.digest"],
		[{ ...ok, sink: [sink] }, '"sink"'],
	];
	for (const [options, path] of cases) {
		it(`throws a TypeError that names ${path} and the remedy: ${JSON.stringify(options)?.slice(0, 60)}`, () => {
			const call = openAudit.bind(undefined, foreign(options));
			expect(call).toThrow(TypeError);
			expect(call).toThrow(`openAudit: ${path} `);
			expect(call).toThrow(/; \S+/);
		});
	}

	it("[safe.misuse] a misspelt option is refused, of the audit and of a trail", () => {
		expect(openAudit.bind(undefined, foreign({ ...ok, sink: [sink] }))).toThrow(
			/use one of service/,
		);
		expect(fileTrail.bind(undefined, foreign({ dir: "x", maxByte: 1 }))).toThrow(
			'fileTrail: "maxByte" is not known. Use one of dir, ',
		);
		expect(memoryTrail.bind(undefined, foreign({ maxByte: 1 }))).toThrow(
			'memoryTrail: "maxByte" is not known. Use one of maxEvents, ',
		);
		for (const none of [undefined, {}, { dir: "" }])
			expect(fileTrail.bind(undefined, foreign(none))).toThrow(/fileTrail: .* missing.*\{ dir: /);
	});

	it("[safe.misuse] an option that is undefined is not there, whatever its name", () => {
		const more = { other: undefined };
		expect(fileTrail(foreign({ dir: "x", ...more }))).toBeTypeOf("function");
		expect(memoryTrail(foreign(more))).toBeTypeOf("function");
		open.push(openAudit(foreign({ ...ok, ...more, trail: memoryTrail(), delivery: more })));
		expect(openAudit.bind(undefined, foreign({ ...ok, deadLetters: more }))).toThrow(
			"openAudit: deadLetters.dir is not",
		);
	});
});
