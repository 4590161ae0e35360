import type { Sink, SinkError } from "@mcp-trail/audit";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { type Format, rfc5424 } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { certificates } from "./http/testing/certificates.ts";
import { relpSink, type RelpSinkOptions } from "./relp.ts";
import { MAX_TXNR, type RelpFrame, relpFrame, relpReader } from "./relp/frames.ts";
import { relpSession } from "./relp/relp-session.ts";
import { relpServer } from "./relp/testing/relp-server.ts";
import { dialer } from "./syslog/dial.ts";
import { faultMaker } from "./syslog/fault-maker.ts";
import { failure } from "./testing/failure.ts";

const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);
const open: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of open.splice(0).toReversed()) await close();
});

function made(options: RelpSinkOptions): Sink {
	const sink = relpSink(options);
	open.push(async () => sink.close?.(AbortSignal.timeout(1_000)).catch(() => undefined));
	return sink;
}

async function started(options: Partial<RelpSinkOptions> = {}) {
	const server = await relpServer();
	open.push(server.down);
	return {
		server,
		sink: made({ transport: "tcp", host: "127.0.0.1", port: server.port, ...options }),
	};
}

const text = (frame: Uint8Array) => Buffer.from(frame).toString();

describe("relpSink", () => {
	checkSink({
		test: it,
		make: async () => {
			const server = await relpServer();
			return {
				sink: relpSink({ transport: "tcp", host: "127.0.0.1", port: server.port }),
				received: server.ids,
				fault: async (kind) => {
					server.behave({ silent: kind === "silent" });
					if (kind === "down") await server.down();
					else if (!server.listening()) await server.up();
				},
				dispose: server.down,
			};
		},
		// Nothing in RELP refuses an event for good.
		cannot: ["poison"],
	});

	it("[sinks.relp_framing] opens, numbers each message one higher, and closes", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(3);
		await sink.write(events.slice(0, 2), signal);
		await sink.write(events.slice(2), signal);
		await sink.close?.(signal);
		expect(server.sessions).toEqual([
			[
				[1, "open"],
				[2, "syslog"],
				[3, "syslog"],
				[4, "syslog"],
				[5, "close"],
			],
		]);
		expect(server.messages).toEqual(events.map(({ event }) => rfc5424.project(event)));
	});

	it("[sinks.relp_framing] writes frames byte for byte, lengths in bytes", () => {
		expect(text(relpFrame(7, "syslog", Buffer.from("é x")))).toBe("7 syslog 4 é x\n");
		expect(text(relpFrame(8, "close"))).toBe("8 close 0\n");
	});

	it("[sinks.relp_framing] reads frames in pieces of any size", () => {
		const frame = fc.record({
			txnr: fc.integer({ min: 0, max: MAX_TXNR }),
			command: fc.stringMatching(/^[a-z]{1,32}$/u),
			data: fc.uint8Array({ maxLength: 40 }),
		});
		fc.assert(
			fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 20 })), (frames, cuts) => {
				const bytes = Buffer.concat(
					frames.map(({ txnr, command, data }) => relpFrame(txnr, command, data)),
				);
				const read: RelpFrame[] = [];
				const push = relpReader(40, (one) => read.push(one));
				let at = 0;
				for (const cut of cuts) {
					push(bytes.subarray(at, at + cut));
					at += cut;
				}
				if (at < bytes.byteLength) push(bytes.subarray(at));
				expect(read.map(({ data, ...rest }) => ({ ...rest, data: [...data] }))).toEqual(
					frames.map(({ data, ...rest }) => ({ ...rest, data: [...data] })),
				);
			}),
		);
	});

	it.each([
		"HTTP/1.1 400 Bad Request\r\n",
		"1 rsp 3 abcd\n",
		"1 rsp 99999 a\n",
		"x".repeat(60),
		"1 rsp 2\nab",
	])("refuses %j, which is no frame", (bytes) => {
		const push = relpReader(1_000, () => undefined);
		expect(() => push(Buffer.from(bytes))).toThrow(/header|frame|answer/u);
	});

	it("[sinks.relp_window] keeps no more under way than the window, and goes on as answers come", async () => {
		const { server, sink } = await started({ window: 8 });
		server.behave({ answersAtOnce: 8 });
		const events = sampleEvents()(40);
		await sink.write(events, signal);
		expect(await server.ids()).toEqual(ids(events));
		expect(server.mostUnderWay()).toBe(8);
	});

	it("[sinks.relp_failures] names what was not acknowledged, and only that, when one is refused", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(5);
		server.behave({ answer: (txnr) => (txnr === 4 ? "500 queue full\nmore" : undefined) });
		const error = await failure(sink.write(events, signal));
		expect([error.code, error.verdict]).toEqual(["relp_refused", "retry"]);
		expect(error.message).toContain("500 queue full more");
		expect(error.items?.[0]).toEqual({ index: 2, verdict: "retry", code: "relp_refused" });
		const undelivered = new Set(error.items?.map(({ index }) => index));
		const got = await server.ids();
		const delivered = ids(events).filter((_, index) => !undelivered.has(index));
		expect(got).toEqual(expect.arrayContaining(delivered));
		server.behave({});
		await sink.write(events.slice(2), signal);
		expect(new Set(await server.ids())).toEqual(new Set(ids(events)));
	});

	it.each([
		["the number of no transaction", (txnr: number) => `raw:${txnr + 50} rsp 6 200 OK\n`],
		["a number answered before", () => "raw:1 rsp 6 200 OK\n"],
		["another command", (txnr: number) => `raw:${txnr} syslog 6 200 OK\n`],
		["a frame of another length", (txnr: number) => `raw:${txnr} rsp 3 200 OK\n`],
		["what is no RELP", () => "raw:SSH-2.0-server\r\n"],
	])(
		"[sinks.relp_failures] gives the session up at %s, and counts nothing as delivered",
		async (_, answer) => {
			const { server, sink } = await started();
			const events = sampleEvents()(2);
			server.behave({ answer });
			const error = await failure(sink.write(events, signal));
			expect([error.code, error.verdict, error.items]).toEqual([
				"protocol_error",
				"retry",
				undefined,
			]);
			server.behave({});
			await sink.write(events, signal);
			expect(server.sessions).toHaveLength(2);
		},
	);

	it("[sinks.relp_failures] no acknowledgement within the deadline is no delivery, a slow one is", async () => {
		const { server, sink } = await started({ timeoutMs: 150 });
		const events = sampleEvents()(6);
		server.behave({ answer: (txnr) => (txnr > 4 ? null : undefined) });
		const error = await failure(sink.write(events, signal));
		expect([error.code, error.verdict]).toEqual(["ack_timeout", "retry"]);
		expect(error.items?.map(({ index }) => index)).toEqual([3, 4, 5]);
		server.behave({});
		await sink.write(events.slice(3), signal);
		expect(await server.ids()).toEqual(ids(events));
	});

	it("[sinks.relp_failures] a cut in the middle of a frame names the rest, which comes whole", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(50);
		server.cutAfter(10_001);
		const error = await failure(sink.write(events, signal));
		expect(error.verdict).toBe("retry");
		const first = error.items?.[0]?.index ?? 0;
		await sink.write(events.slice(first), signal);
		const got = await server.ids();
		expect(got.filter((id, index) => got.lastIndexOf(id) === index)).toEqual(ids(events));
	});

	it("[sinks.relp_failures] a receiver that says serverclose is not written to any more", async () => {
		const { server, sink } = await started();
		const sample = sampleEvents();
		const [first, second] = [sample(2), sample(2)];
		await sink.write(first, signal);
		server.serverClose();
		await new Promise((resolve) => void setTimeout(resolve, 50));
		await sink.write(second, signal);
		expect(await server.ids()).toEqual(ids([...first, ...second]));
		expect(server.sessions).toHaveLength(2);
	});

	it.each([
		["500 no", "relp_unsupported"],
		["200 OK\nrelp_version=0\ncommands=starttls", "relp_unsupported"],
	])("[sinks.relp_failures] holds at the offers %j", async (offers, code) => {
		const { server, sink } = await started();
		server.behave({ offers });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual([code, "hold"]);
	});

	it("[sinks.relp_failures] an event that gives no message is refused, the others are delivered", async () => {
		const rest = ["a", "x".repeat(3_000), "b"];
		const format: Format = {
			name: "own",
			mediaType: "text/plain",
			project: () => rest.shift() ?? "",
		};
		const { server, sink } = await started({ format, maxBytes: 2_048 });
		const error = await failure(sink.write(sampleEvents()(3), signal));
		expect(error.items).toEqual([{ index: 1, verdict: "reject", code: "event_too_large" }]);
		expect(server.messages).toEqual(["a", "b"]);
	});

	it("[sinks.relp_framing] begins again at transaction 1 after the highest number", async () => {
		const server = await relpServer();
		open.push(server.down);
		const faults = faultMaker("here");
		const dial = dialer({
			transport: "tcp",
			host: "127.0.0.1",
			port: server.port,
			tls: undefined,
			timeoutMs: 1_000,
			faults,
		});
		const session = relpSession({ dial, faults, window: 1, timeoutMs: 1_000, firstTxnr: MAX_TXNR });
		server.behave({ firstTxnr: MAX_TXNR });
		expect(await session.send([Buffer.from("a"), Buffer.from("b")], signal)).toBeUndefined();
		expect(server.sessions).toEqual([
			[
				[MAX_TXNR, "open"],
				[1, "syslog"],
				[2, "syslog"],
			],
		]);
		await session.close(signal);
	});

	it("[sinks.relp_failures] what was acknowledged is delivered, though the connection goes in the same moment", async () => {
		const faults = faultMaker("here");
		const gone = faults.fault("closed_by_receiver");
		const answered: string[] = [];
		let lose: ((error: SinkError) => void) | undefined;
		const session = relpSession({
			dial: async (_, onData) => {
				const says = (txnr: number, data: string): void =>
					onData?.(relpFrame(txnr, "rsp", Buffer.from(data)));
				const read = relpReader(10_000, ({ txnr, command, data }) => {
					if (command === "open") return says(txnr, "200 OK\ncommands=syslog");
					answered.push(text(data));
					return says(txnr, "200 OK");
				});
				let lost: { error: SinkError; atMs: number } | undefined;
				return {
					gone: new Promise((resolve) => (lose = resolve)),
					lost: () => lost,
					write: async (bytes) => {
						read(bytes);
						if (answered.length === 0) return;
						lost = { error: gone, atMs: 0 };
						lose?.(gone);
						throw gone;
					},
					end: async () => "cut",
					destroy: () => undefined,
				};
			},
			faults,
			window: 2,
			timeoutMs: 1_000,
		});
		const [a, b, c] = ["a", "b", "c"].map((message) => Buffer.from(message));
		if (!a || !b || !c) throw new Error("no messages");
		expect(await session.send([a, b], signal)).toBeUndefined();
		expect(answered).toEqual(["a", "b"]);
		// One that was not is named, and it alone.
		answered.length = 0;
		expect(await session.send([a, b, c], signal)).toEqual({ indexes: [2], error: gone });
	});

	it("[sinks.probe] probe opens a new session and sends one test event", async () => {
		const { server, sink } = await started();
		await sink.write(sampleEvents()(1), signal);
		await sink.probe?.(signal);
		expect(server.sessions).toHaveLength(2);
		expect([server.messages.length, (await server.ids()).length]).toEqual([2, 1]);
	});
});

describe("relpSink over TLS", () => {
	let pki: ReturnType<typeof certificates>;
	beforeAll(() => {
		pki = certificates();
	});

	it("[sinks.syslog_tls] delivers with both sides' certificates", async () => {
		const server = await relpServer({
			...pki.server,
			ca: pki.ca,
			requestCert: true,
			rejectUnauthorized: true,
		});
		open.push(server.down);
		const sink = made({ host: "127.0.0.1", port: server.port, tls: { ca: pki.ca, ...pki.client } });
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		expect(await server.ids()).toEqual(ids(events));
	});

	it.each([
		["an expired certificate", () => [pki.expired, {}, "certificate_expired"]],
		["another name", () => [pki.elsewhere, {}, "certificate_wrong_name"]],
		["an unknown authority", () => [{}, { ca: certificates().ca }, "certificate_untrusted"]],
		[
			"no client certificate",
			() => [
				{ ca: pki.ca, requestCert: true, rejectUnauthorized: true },
				{},
				"client_certificate_refused",
			],
		],
	] as const)("[sinks.syslog_tls] holds at %s, and sends nothing", async (_, given) => {
		const [tls, client, code] = given();
		const server = await relpServer({ ...pki.server, ...tls });
		open.push(server.down);
		const sink = made({ host: "127.0.0.1", port: server.port, tls: { ca: pki.ca, ...client } });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual([code, "hold"]);
		expect(server.sessions.flat()).toEqual([]);
	});
});

it.each([
	[{ port: undefined }, "`port`"],
	[{ transport: "udp" }, "`transport`"],
	[{ window: 0 }, "`window`"],
	[{ maxBytes: 1 }, "`maxBytes`"],
])("relpSink refuses %o and names the option", (options, path) => {
	const make = () => relpSink(Object({ host: "127.0.0.1", port: 2514, ...options }));
	expect(make).toThrow(TypeError);
	expect(make).toThrow(path);
});
