import { Socket } from "node:dgram";
import { inspect } from "node:util";
import type { Sink } from "@mcp-trail/audit";
import { checkSink, sampleEvents } from "@mcp-trail/audit/testing";
import { type Format, rfc5424, rfc5424Cef, rfc5424Json } from "@mcp-trail/formats";
import type { SealedEvent } from "@mcp-trail/integrity";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { certificates } from "./http/testing/certificates.ts";
import { syslogSink, type SyslogSinkOptions } from "./syslog.ts";
import { counted } from "./syslog/testing/counted.ts";
import { datagramServer, syslogServer } from "./syslog/testing/syslog-server.ts";
import { failure } from "./testing/failure.ts";

const { signal } = new AbortController();
const ids = (events: readonly SealedEvent[]) => events.map(({ event }) => event.id);
const open: (() => unknown)[] = [];
afterEach(async () => {
	vi.restoreAllMocks();
	for (const close of open.splice(0).toReversed()) await close();
});

function made(options: SyslogSinkOptions): Sink {
	const sink = syslogSink(options);
	open.push(async () => sink.close?.(AbortSignal.timeout(1_000)).catch(() => undefined));
	return sink;
}

async function started(options: Partial<SyslogSinkOptions> = {}) {
	const server = await syslogServer();
	open.push(server.close);
	return {
		server,
		sink: made({ transport: "tcp", host: "127.0.0.1", port: server.port, ...options }),
	};
}

/** Of one to four bytes, and what a frame or a message might be thought to end at. */
const character = fc.constantFrom(...Array.from('a1 é€😀\t<>[]"\\\u{feff}\u{85}'));

describe("syslogSink over TCP", () => {
	checkSink({
		test: it,
		make: async () => {
			const server = await syslogServer();
			const { sink, taken } = counted(
				syslogSink({ transport: "tcp", host: "127.0.0.1", port: server.port }),
			);
			return {
				sink,
				received: async () => server.ids(taken()),
				fault: async (kind) => {
					if (kind === "down") await server.down();
					else if (!server.listening()) await server.up();
				},
				dispose: server.close,
			};
		},
		// Syslog answers nothing: it cannot be silent, and it refuses nothing.
		cannot: ["silent", "poison"],
	});

	it("[sinks.syslog_framing] counts the octets of each message, whatever characters it holds", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({ unit: character, minLength: 1, maxLength: 30 }), {
					minLength: 1,
					maxLength: 5,
				}),
				async (lines) => {
					const rest = [...lines];
					const format: Format = {
						name: "own",
						mediaType: "text/plain",
						project: () => rest.shift() ?? "",
					};
					const { server, sink } = await started({ format });
					await sink.write(sampleEvents()(lines.length), signal);
					await sink.close?.(signal);
					await server.close();
					const expected = lines.map((line) => `${Buffer.byteLength(line)} ${line}`).join("");
					expect(Buffer.concat(server.connections.flat()).toString()).toBe(expected);
					expect(server.messages).toEqual(lines);
				},
			),
			{ numRuns: 10 },
		);
	});

	it.each([
		["rfc5424", rfc5424],
		["rfc5424_cef", rfc5424Cef],
		["rfc5424_json", rfc5424Json],
	] as const)("[sinks.syslog_framing] sends what the format %s says", async (name, format) => {
		const { server, sink } = await started({ format: name });
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		await server.ids(3);
		expect(server.messages).toEqual(events.map(({ event }) => format.project(event)));
	});

	it("gives facility and enterprise number to the format", async () => {
		const { server, sink } = await started({ facility: "local3", privateEnterpriseNumber: 64_999 });
		await sink.write(sampleEvents()(1), signal);
		await server.ids(1);
		expect(server.messages[0]).toMatch(/^<158>1 .*\[mcp-trail@64999 /u);
	});

	it("[sinks.syslog_cap] refuses what no format shortened, and sends the rest whole", async () => {
		const texts = ["a".repeat(2_048), "é".repeat(1_025), "b", "two\nlines", "nul\0", "", "c"];
		const rest = [...texts];
		const format: Format = {
			name: "own",
			mediaType: "text/plain",
			project: () => rest.shift() ?? "",
		};
		const { server, sink } = await started({ format, maxBytes: 2_048 });
		const error = await failure(sink.write(sampleEvents()(texts.length), signal));
		expect(error.items).toEqual([
			{ index: 1, verdict: "reject", code: "event_too_large" },
			...[3, 4, 5].map((index) => ({ index, verdict: "reject", code: "event_unprojectable" })),
		]);
		await server.ids(3);
		expect(server.messages).toEqual([texts[0], "b", "c"]);
	});

	it("[sinks.syslog_cap] no named format ever gives more than the limit", async () => {
		const long = 'é="]\\ |'.repeat(1_000);
		for (const format of ["rfc5424", "rfc5424_cef", "rfc5424_json", "cef", "leef"] as const) {
			const { server, sink } = await started({ format, maxBytes: 2_048 });
			const [first] = sampleEvents()(1);
			if (first === undefined) throw new Error("no sample");
			const event = {
				...first.event,
				outcome: { status: "failure", reason: "tool_error", message: long },
			};
			await sink.write([{ ...first, event } as SealedEvent], signal);
			await sink.close?.(signal);
			expect(server.messages).toHaveLength(1);
			expect(Buffer.byteLength(server.messages[0] ?? "")).toBeLessThanOrEqual(2_048);
			expect(server.messages[0]).toMatch(/trimmed|mcpTrailTrimmed/iu);
		}
	});

	it.each(["end", "reset"] as const)(
		"[sinks.syslog_resends] sends again what a connection lost by %s may not have delivered",
		async (how) => {
			const { server, sink } = await started();
			const sample = sampleEvents();
			const [first, second] = [sample(3), sample(2)];
			await sink.write(first, signal);
			await server.ids(3);
			server.hangUp(how);
			await new Promise((resolve) => void setTimeout(resolve, 50));
			await sink.write(second, signal);
			expect(await server.ids(8)).toEqual(ids([...first, ...first, ...second]));
			expect(server.connections).toHaveLength(2);
		},
	);

	it("[sinks.syslog_resends] keeps no more than it says, and nothing with 0", async () => {
		for (const [resendBytes, again] of [
			[0, 0],
			[1, 1],
		] as const) {
			const { server, sink } = await started({ resendBytes });
			const sample = sampleEvents();
			const batches = [sample(1), sample(1), sample(1)];
			for (const batch of batches) await sink.write(batch, signal);
			await server.ids(3);
			server.hangUp("end");
			await new Promise((resolve) => void setTimeout(resolve, 50));
			const last = sample(1);
			await sink.write(last, signal);
			const expected = [
				...ids(batches.flat()),
				...ids(batches.slice(3 - again).flat()),
				...ids(last),
			];
			expect(await server.ids(4 + again)).toEqual(expected);
		}
	});

	it("[sinks.syslog_resends] close sends again what a lost connection may have lost", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		await server.ids(3);
		server.hangUp("reset");
		await new Promise((resolve) => void setTimeout(resolve, 50));
		await sink.close?.(signal);
		expect(await server.ids(6)).toEqual(ids([...events, ...events]));
	});

	it("[sinks.syslog_resends] close does so also after tries to connect have failed", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(3);
		await sink.write(events, signal);
		await server.ids(3);
		await server.down();
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect(error.verdict).toBe("retry");
		await server.up();
		await sink.close?.(signal);
		expect(await server.ids(6)).toEqual(ids([...events, ...events]));
	});

	it.each([{ resendBytes: 0 }, {}])(
		"[sinks.syslog_resends] close needs no receiver where nothing is to be sent again: %o",
		async (options) => {
			const { server, sink } = await started(options);
			await sink.write(sampleEvents()(1), signal);
			await server.ids(1);
			const later = Date.now() + 60_000;
			if (options.resendBytes === undefined) vi.spyOn(Date, "now").mockReturnValue(later);
			await server.down();
			await new Promise((resolve) => void setTimeout(resolve, 50));
			await sink.close?.(signal);
			expect(server.connections).toHaveLength(1);
		},
	);

	it("[sinks.syslog_resends] a message cut in the middle is sent again whole, on a new connection", async () => {
		const { server, sink } = await started();
		const events = sampleEvents()(400);
		server.cutAfter(70_001);
		// What a lane does: an error that says retry means the whole batch again.
		const delivered = async (triesLeft: number): Promise<void> => {
			const error = await sink.write(events, signal).catch((failed: unknown) => failed);
			if (error === undefined) return;
			expect([error, triesLeft > 0]).toMatchObject([{ verdict: "retry" }, true]);
			await delivered(triesLeft - 1);
		};
		await delivered(3);
		await sink.close?.(signal);
		const got = await server.ids(events.length);
		expect(new Set(got)).toEqual(new Set(ids(events)));
		// Were the rest of a half message sent first, the strict reader would have thrown.
		expect(got.slice(-400)).toEqual(ids(events));
		expect(server.connections).toHaveLength(2);
	});

	it("[sinks.syslog_failures] a receiver that takes nothing more ends in the deadline", async () => {
		const server = await syslogServer({ stall: true });
		open.push(server.close);
		const line = "x".repeat(60_000);
		const format: Format = { name: "own", mediaType: "text/plain", project: () => line };
		const place = { transport: "tcp", host: "127.0.0.1", port: server.port } as const;
		const sink = made({ ...place, format, maxBytes: 65_535, timeoutMs: 150 });
		const events = sampleEvents()(300);
		// More than the buffers of both systems hold.
		const error = await failure(
			Promise.all([1, 2, 3].map(async () => sink.write(events, signal))).then(() => undefined),
		);
		expect([error.code, error.verdict]).toEqual(["send_timeout", "retry"]);
	});

	it("[sinks.syslog_failures] says that nobody listens, and what a name that does not exist is", async () => {
		const { server, sink } = await started();
		await server.down();
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual(["connection_failed", "retry"]);
		expect(error.message).toContain(`127.0.0.1:${server.port} (tcp)`);
		const nowhere = made({ transport: "tcp", host: "nowhere.invalid" });
		expect((await failure(nowhere.write(sampleEvents()(1), signal))).code).toBe("name_not_found");
	});

	it("[sinks.probe] probe sends one test event over a new connection", async () => {
		const { server, sink } = await started();
		await sink.write(sampleEvents()(1), signal);
		await sink.probe?.(signal);
		expect(
			server.messages.filter((message) => message.includes("ext.mcp-trail.probe")),
		).toHaveLength(1);
		expect(server.connections).toHaveLength(2);
		expect(await server.ids(1)).toHaveLength(1);
	});
});

describe("syslogSink over TLS", () => {
	let pki: ReturnType<typeof certificates>;
	let others: ReturnType<typeof certificates>;
	beforeAll(() => {
		pki = certificates();
		others = certificates();
	});

	async function secured(server: object | undefined, tls: SyslogSinkOptions["tls"]) {
		const receiver = await syslogServer({ tls: { ...pki.server, ...server } });
		open.push(receiver.close);
		const options = tls === undefined ? {} : { tls };
		return {
			receiver,
			sink: made({ host: "127.0.0.1", port: receiver.port, ...options }),
		};
	}

	it("[sinks.syslog_tls] delivers to a receiver with a good certificate, and with both sides'", async () => {
		const mutual = { ca: pki.ca, requestCert: true, rejectUnauthorized: true };
		for (const [server, client] of [
			[{}, {}],
			[{ maxVersion: "TLSv1.2" }, {}],
			[mutual, pki.client],
			[{ ...mutual, maxVersion: "TLSv1.2" }, pki.client],
		] as const) {
			const { receiver, sink } = await secured(server, { ca: pki.ca, ...client });
			const events = sampleEvents()(3);
			await sink.write(events, signal);
			expect(await receiver.ids(3)).toEqual(ids(events));
		}
	});

	it("[sinks.syslog_tls] checks the certificate whatever the environment says", async () => {
		vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
		const { receiver, sink } = await secured({}, { ca: others.ca });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		vi.unstubAllEnvs();
		expect([error.code, receiver.messages]).toEqual(["certificate_untrusted", []]);
	});

	it("[sinks.syslog_tls] finds the name in the certificate that it is told to", async () => {
		const { receiver, sink } = await secured(pki.elsewhere, {
			ca: pki.ca,
			serverName: "elsewhere.example",
		});
		await sink.write(sampleEvents()(1), signal);
		expect(await receiver.ids(1)).toHaveLength(1);
	});

	it.each([
		["another authority", () => [{}, { ca: others.ca }, "certificate_untrusted"]],
		["no authority given", () => [{}, undefined, "certificate_untrusted"]],
		["an expired certificate", () => [pki.expired, { ca: pki.ca }, "certificate_expired"]],
		["another name", () => [pki.elsewhere, { ca: pki.ca }, "certificate_wrong_name"]],
		[
			"no client certificate",
			() => [
				{ ca: pki.ca, requestCert: true, rejectUnauthorized: true },
				{ ca: pki.ca },
				"client_certificate_refused",
			],
		],
		[
			"no client certificate, TLS 1.2",
			() => [
				{ ca: pki.ca, requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2" },
				{ ca: pki.ca },
				"tls_failed",
			],
		],
		[
			"a client certificate of another authority",
			() => [
				{ ca: pki.ca, requestCert: true, rejectUnauthorized: true },
				{ ca: pki.ca, ...others.client },
				// Only a close tells: the receiver judged by itself, after the handshake.
				"closed_by_receiver",
				"retry",
			],
		],
	] as const)(
		"[sinks.syslog_tls] %s is a fault of its own, and nothing is sent",
		async (_, given) => {
			const [server, tls, code, verdict = "hold"] = given();
			const { receiver, sink } = await secured(server, tls);
			for (const work of [sink.write(sampleEvents()(1), signal), sink.probe?.(signal)]) {
				const error = await failure(work);
				expect([error.code, error.verdict]).toEqual([code, verdict]);
				expect(inspect(error, { depth: 9 })).not.toContain("PRIVATE KEY");
			}
			expect(receiver.messages).toEqual([]);
		},
	);

	it("[sinks.syslog_tls] a key that is none, and a receiver without TLS, are told apart", async () => {
		const { sink } = await secured({}, { ca: pki.ca, cert: pki.client.cert, key: "canary" });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual(["tls_failed", "hold"]);
		expect(inspect(error, { depth: 9 })).not.toContain("canary");
		const unset = await secured({}, { ca: { env: "TEST_UNSET_CA" } });
		const missing = await failure(unset.sink.write(sampleEvents()(1), signal));
		expect([missing.code, missing.verdict]).toEqual(["secret_unreadable", "hold"]);
	});

	it("[sinks.syslog_failures] a receiver that never shakes hands ends in the deadline, and heeds the signal", async () => {
		const server = await syslogServer({ stall: true });
		open.push(server.close);
		const place = { host: "127.0.0.1", port: server.port };
		const error = await failure(
			made({ ...place, timeoutMs: 100 }).write(sampleEvents()(1), signal),
		);
		expect([error.code, error.verdict]).toEqual(["connect_timeout", "retry"]);
		const controller = new AbortController();
		const writing = failure(made(place).write(sampleEvents()(1), controller.signal));
		setTimeout(() => controller.abort(), 20);
		expect((await writing).code).toBe("aborted");
	});
});

describe("syslogSink over UDP", () => {
	checkSink({
		test: it,
		make: async () => {
			const server = await datagramServer();
			const { sink, taken } = counted(
				syslogSink({ transport: "udp", host: "127.0.0.1", port: server.port }),
			);
			return { sink, received: async () => server.ids(taken()), dispose: server.close };
		},
		cannot: ["down", "silent", "poison"],
	});

	it("[sinks.syslog_framing] sends each message as one datagram, without a length before it", async () => {
		const server = await datagramServer();
		open.push(server.close);
		const sink = made({ transport: "udp", host: "127.0.0.1", port: server.port });
		const events = sampleEvents()(5);
		await sink.write(events, signal);
		await server.ids(5);
		expect(server.messages).toEqual(events.map(({ event }) => rfc5424.project(event)));
	});

	it("[sinks.syslog_udp] sends no faster than it is told", async () => {
		const server = await datagramServer();
		open.push(server.close);
		const sink = made({
			transport: "udp",
			host: "127.0.0.1",
			port: server.port,
			datagramsPerSecond: 100,
		});
		const beganMs = performance.now();
		await sink.write(sampleEvents()(21), signal);
		expect(performance.now() - beganMs).toBeGreaterThan(180);
	});

	it("[sinks.syslog_udp] says in the system's words why an address cannot be sent to", async () => {
		const sink = made({ transport: "udp", host: "255.255.255.255", port: 514 });
		const error = await failure(sink.write(sampleEvents()(1), signal));
		expect([error.code, error.verdict]).toEqual(["connection_failed", "retry"]);
		expect(error.message).toMatch(/EACCES|ENETUNREACH/u);
	});

	it("[sinks.syslog_udp] a datagram that the system does not carry is refused, and does not stop the others for ever", async () => {
		const server = await datagramServer();
		open.push(server.close);
		const sink = made({ transport: "udp", host: "127.0.0.1", port: server.port });
		const events = sampleEvents()(3);
		const poison = events[1]?.event.id ?? "";
		const send = Object(Socket.prototype)["send"];
		vi.spyOn(Object(Socket.prototype), "send").mockImplementation(function send1(
			this: unknown,
			...given: unknown[]
		) {
			const [message, done] = given;
			if (!String(message).includes(poison)) return Reflect.apply(send, this, given);
			const error = Object.assign(new Error("send EMSGSIZE"), { code: "EMSGSIZE" });
			if (typeof done === "function") done(error);
			return undefined;
		});
		const whole = await failure(sink.write(events, signal));
		expect([whole.code, whole.verdict, whole.items]).toEqual([
			"event_too_large",
			"reject",
			undefined,
		]);
		// What a lane does then: halves until the one is alone.
		await sink.write(events.slice(2), signal);
		await server.ids(2);
		expect(await server.ids(2)).toEqual(ids([...events.slice(0, 1), ...events.slice(2)]));
	});

	it("[sinks.syslog_udp] notices a closed port where the system tells", async () => {
		const server = await datagramServer();
		const sink = made({ transport: "udp", host: "127.0.0.1", port: server.port });
		await server.close();
		const error = await failure(sink.probe?.(signal));
		expect([error.code, error.verdict]).toEqual(["connection_failed", "retry"]);
	});
});

it.each([
	[{ host: "" }, "`host`"],
	[{ host: "https://a" }, "`host`"],
	[{ port: 0 }, "`port`"],
	[{ port: 65_536 }, "`port`"],
	[{ transport: "http" }, "`transport`"],
	[{ transport: "tcp", tls: {} }, "`tls`"],
	[{ tls: { cert: "hunter2" } }, "`tls`"],
	[{ tls: { ca: 7 } }, "`tls.ca`"],
	[{ format: "xml" }, "`format`"],
	[{ format: {} }, "`format`"],
	[{ maxBytes: 100 }, "`maxBytes`"],
	[{ transport: "udp", maxBytes: 65_530 }, "`maxBytes`"],
	[{ facility: "kern" }, "facility"],
	[{ format: "cef", facility: "audit" }, "`facility`"],
	[{ privateEnterpriseNumber: 0 }, "privateEnterpriseNumber"],
	[{ resendBytes: -1 }, "`resendBytes`"],
	[{ datagramsPerSecond: 0 }, "`datagramsPerSecond`"],
	[{ timeoutMs: 0 }, "`timeoutMs`"],
	[{ name: "Sys log" }, "`name`"],
])("syslogSink refuses %o and names the option, not the value", (options, path) => {
	const make = () => syslogSink(Object({ host: "127.0.0.1", ...options }));
	expect(make).toThrow(TypeError);
	expect(make).toThrow(path);
	expect(make).toThrow(/^syslogSink: /u);
	expect(make).not.toThrow(/hunter2/u);
});
