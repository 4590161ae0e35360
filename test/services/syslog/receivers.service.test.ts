import type { Sink, SinkError } from "@mcp-trail/audit";
import { sampleEvents } from "@mcp-trail/audit/testing";
import type { StoredEvent } from "@mcp-trail/event";
import { rfc5424, rfc5424Cef } from "@mcp-trail/formats";
import { relpSink } from "@mcp-trail/sinks/relp";
import { syslogSink } from "@mcp-trail/sinks/syslog";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { checkCopy } from "./gaps.ts";
import { load } from "./load.ts";
import { lossyRelay } from "./lossy-relay.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

const syslogRuns = inject("syslogNotRun") === "";
const EVENTS = 2_000;
const MAX_BYTES = 65_000;

type Way = "relp" | "tls" | "tcp" | "udp";
type Body = "rfc5424" | "rfc5424_cef" | "rfc5424_json";

/** A sink that sends to a receiver as its configuration says. */
function sinkTo(receiver: Receiver, way: Way, more: object = {}): Sink {
	const { ports, pem } = receiver;
	const host = "127.0.0.1";
	const client = { cert: pem("mcp-trail-client.pem"), key: pem("mcp-trail-client.key") };
	const tls = { ca: pem("ca.pem"), ...client };
	const common = { host, maxBytes: MAX_BYTES, ...more };
	if (way === "relp") return relpSink({ port: ports.relp, tls, ...common });
	if (way === "tls") return syslogSink({ port: ports.tls, tls, ...common });
	return syslogSink({ transport: way, port: ports.plain, ...common });
}

const eventOf = (line: string): StoredEvent => JSON.parse(line);

describe.runIf(syslogRuns)("rsyslog", () => {
	let receiver: Receiver;
	let before = { stored: 0, other: 0 };
	beforeAll(async () => {
		receiver = await startReceiver("rsyslog");
	});
	afterAll(async () => receiver?.close());

	/** What came since the last call. */
	async function arrived(count: number) {
		const { stored, other } = await receiver.received(before.stored + before.other + count);
		const since = { stored: stored.slice(before.stored), other: other.slice(before.other) };
		before = { stored: stored.length, other: other.length };
		return since;
	}

	it.each<[Way, number | undefined]>([
		["relp", undefined],
		["tls", undefined],
		["tcp", undefined],
		["udp", 500],
	])(
		"[siem.syslog_received] keeps the stored lines that come over %s byte for byte, and they verify",
		async (way, perSecond) => {
			const pace = perSecond === undefined ? {} : { perSecond };
			const { lines, retries } = await load(sinkTo(receiver, way, { format: "rfc5424_json" }), {
				events: EVENTS,
				...pace,
			});
			const { stored, other } = await arrived(lines.length);
			const sent = new Set(lines);
			const { report, missing, otherFaults, repeats } = checkCopy(stored, lines);
			console.info(
				`rsyslog ${way}: ${lines.length} sent, ${stored.length} found, ${missing} missing by verify, ${repeats} repeated`,
			);
			expect([retries, other.length, otherFaults, repeats]).toEqual([0, 0, 0, 0]);
			expect(stored.length + missing).toBe(lines.length);
			expect(stored.filter((line) => !sent.has(line))).toEqual([]);
			expect(way === "udp" || missing === 0).toBe(true);
			expect(report.anchored).toBe(missing === 0);
			expect(stored).toEqual(way === "udp" ? stored : lines);
		},
	);

	it("[siem.syslog_received] shows every datagram that the network lost as a gap", async () => {
		// Single ones, twenty in a row, and the very last.
		const relay = await lossyRelay(
			receiver.ports.plain,
			(number, text) =>
				number % 100 === 7 || (number > 500 && number <= 520) || text.includes('"trail.stopped"'),
		);
		onTestFinished(() => relay.close());
		const options = { port: relay.port, format: "rfc5424_json", maxBytes: MAX_BYTES } as const;
		const sink = syslogSink({ transport: "udp", host: "127.0.0.1", ...options });
		const { lines } = await load(sink, { events: 1_000, perSecond: 500 });
		// The last datagram may still be on its way when the sink is closed.
		await expect.poll(() => relay.lost(), { timeout: 30_000 }).toBe(30);
		const { stored, other } = await arrived(lines.length - relay.lost());
		const { report, missing, otherFaults, repeats } = checkCopy(stored, lines);
		console.info(
			`rsyslog udp: ${lines.length} sent, ${relay.lost()} lost on purpose, ${stored.length} found, ${missing} missing by verify`,
		);
		// Datagrams may be lost elsewhere, too.
		expect(missing).toBeGreaterThanOrEqual(relay.lost());
		expect(stored.length + missing).toBe(lines.length);
		expect(report.anchored).toBe(false);
		expect([other.length, otherFaults, repeats]).toEqual([0, 0, 0]);
		const sent = new Set(lines);
		expect(stored.filter((line) => !sent.has(line))).toEqual([]);
	});

	it.each<[Way, Body]>([
		["relp", "rfc5424"],
		["tls", "rfc5424"],
		["tcp", "rfc5424_cef"],
		["udp", "rfc5424"],
	])(
		"[siem.syslog_received] keeps each message that comes over %s as %s said it",
		async (way, format) => {
			const { lines } = await load(sinkTo(receiver, way, { format }), {
				events: EVENTS,
				...(way === "udp" ? { perSecond: 500 } : {}),
			});
			const { stored, other } = await arrived(lines.length);
			const say = format === "rfc5424_cef" ? rfc5424Cef : rfc5424;
			const sent = lines.map((line) => say.project(eventOf(line)));
			expect(stored).toEqual([]);
			const sequences = new Set(
				other.map((line) => Number(/ integrity\.sequence="(\d+)"/.exec(line)?.[1])),
			);
			const gaps = sent.length - sequences.size;
			console.info(
				`rsyslog ${way} ${format}: ${sent.length} sent, ${other.length} found, ${gaps} missing by sequence`,
			);
			expect(other.length + gaps).toBe(sent.length);
			expect(way === "udp" || gaps === 0).toBe(true);
			const found = new Set(other);
			expect(sent.filter((message) => !found.has(message))).toHaveLength(gaps);
		},
	);

	it.each<[Way, string, string]>([
		["tls", "no client certificate", ""],
		["tls", "a client that it does not permit", "stranger"],
		["relp", "no client certificate", ""],
		["relp", "a client that it does not permit", "stranger"],
	])("[siem.syslog_refused] refuses over %s %s, and probe says so", async (way, _, name) => {
		const { ports, pem } = receiver;
		const pair = name === "" ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
		const options = { host: "127.0.0.1", tls: { ca: pem("ca.pem"), ...pair }, timeoutMs: 3_000 };
		const sink =
			way === "relp"
				? relpSink({ ...options, port: ports.relp })
				: syslogSink({ ...options, port: ports.tls });
		const error = await failure(sink.probe?.(AbortSignal.timeout(10_000)));
		console.info(`rsyslog ${way}, ${name || "no certificate"}: ${error.code} (${error.verdict})`);
		expect([error.code, error.verdict]).toEqual(["closed_by_receiver", "retry"]);
		await sink.close?.(AbortSignal.timeout(1_000)).catch(() => undefined);
		expect((await receiver.received(before.stored + before.other, 0)).other).toHaveLength(
			before.other,
		);
	});

	it("[siem.syslog_refused] is refused where another authority signed its certificate", async () => {
		const sink = syslogSink({
			host: "127.0.0.1",
			port: receiver.ports.tls,
			tls: { ca: receiver.pem("other-ca.pem") },
		});
		const error = await failure(sink.write(sampleEvents()(1), AbortSignal.timeout(10_000)));
		expect([error.code, error.verdict]).toEqual(["certificate_untrusted", "hold"]);
	});
});

describe.runIf(syslogRuns)("syslog-ng", () => {
	let receiver: Receiver;
	let before = { stored: 0, other: 0 };
	beforeAll(async () => {
		receiver = await startReceiver("syslog-ng");
	});
	afterAll(async () => receiver?.close());

	it("[siem.syslog_received] keeps the stored lines that come over TLS byte for byte, and they verify", async () => {
		const { lines } = await load(sinkTo(receiver, "tls", { format: "rfc5424_json" }), {
			events: EVENTS,
		});
		const { stored, other } = await receiver.received(lines.length);
		before = { stored: stored.length, other: other.length };
		console.info(`syslog-ng tls: ${lines.length} sent, ${stored.length} found`);
		expect([stored, other]).toEqual([lines, []]);
		const { report } = checkCopy(stored, lines);
		expect([report.faultCount, report.anchored]).toEqual([0, true]);
	});

	it("[siem.syslog_received] keeps each message as it was said", async () => {
		const { lines } = await load(sinkTo(receiver, "tls"), { events: EVENTS });
		const { other } = await receiver.received(before.stored + before.other + lines.length);
		const sent = lines.map((line) => rfc5424.project(eventOf(line)));
		expect(other.slice(before.other)).toEqual(sent);
	});

	it.each(["", "stranger"])(
		"[siem.syslog_refused] refuses the client certificate “%s”, and probe says so",
		async (name) => {
			const { ports, pem } = receiver;
			const pair = name === "" ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
			const tls = { ca: pem("ca.pem"), ...pair };
			const sink = syslogSink({ host: "127.0.0.1", port: ports.tls, tls });
			const error = await failure(sink.probe?.(AbortSignal.timeout(10_000)));
			console.info(`syslog-ng, ${name || "no certificate"}: ${error.code} (${error.verdict})`);
			expect([error.code, error.verdict]).toEqual(["client_certificate_refused", "hold"]);
		},
	);
});

async function failure(work: Promise<void> | undefined): Promise<SinkError> {
	try {
		await work;
	} catch (error) {
		return error as SinkError;
	}
	throw new Error("it did not fail");
}
