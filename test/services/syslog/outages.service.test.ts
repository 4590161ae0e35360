import type { Sink } from "@mcp-trail/audit";
import { relpSink } from "@mcp-trail/sinks/relp";
import { syslogSink } from "@mcp-trail/sinks/syslog";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Checked, checkCopy } from "./gaps.ts";
import { load } from "./load.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { streamProxy, type StreamProxy } from "./stream-proxy.ts";

const syslogRuns = inject("syslogNotRun") === "";
const EVENTS = 2_000;
const PER_SECOND = 1_000;

type Sinks = (
	port: { readonly relp: number; readonly plain: number; readonly tls: number },
	receiver: Receiver,
) => Sink;
const place = {
	host: "127.0.0.1",
	format: "rfc5424_json",
	maxBytes: 65_000,
	timeoutMs: 2_000,
} as const;
const client = ({ pem }: Receiver) => ({
	ca: pem("ca.pem"),
	cert: pem("mcp-trail-client.pem"),
	key: pem("mcp-trail-client.key"),
});

/** What is drilled; `keeps` is what it promises: no loss with the queue of schemas/siem/syslog/rsyslog.conf. */
const subjects: readonly {
	readonly name: string;
	readonly keeps: boolean;
	readonly make: Sinks;
}[] = [
	{
		name: "relp",
		keeps: true,
		make: ({ relp }, receiver) => relpSink({ ...place, port: relp, tls: client(receiver) }),
	},
	{
		name: "syslog tls",
		keeps: false,
		make: ({ tls }, receiver) => syslogSink({ ...place, port: tls, tls: client(receiver) }),
	},
	{
		name: "syslog tcp",
		keeps: false,
		make: ({ plain }) => syslogSink({ ...place, transport: "tcp", port: plain }),
	},
	{
		name: "syslog tcp, resendBytes 0",
		keeps: false,
		make: ({ plain }) => syslogSink({ ...place, transport: "tcp", port: plain, resendBytes: 0 }),
	},
];

/** What happens in the middle of the load. */
const outages: readonly {
	readonly name: string;
	/** Without it nothing stands between the sink and the receiver. */
	readonly proxied?: true;
	readonly happen: (receiver: Receiver, proxy: StreamProxy) => Promise<void>;
}[] = [
	{
		name: "down: killed, and started again after 1 s",
		happen: async (receiver) => {
			await receiver.kill();
			await sleep(1_000);
			await receiver.launch();
		},
	},
	{
		name: "slow: frozen for 3 s",
		happen: async (receiver) => {
			receiver.pause();
			await sleep(3_000);
			receiver.resume();
		},
	},
	{
		name: "slow, then killed",
		happen: async (receiver) => {
			receiver.pause();
			await sleep(500);
			await receiver.kill();
			await receiver.launch();
		},
	},
	{
		name: "cut in the middle of a message, 5 times",
		proxied: true,
		happen: async (_, proxy) => {
			for (let times = 0; times < 5; times += 1) {
				await proxy.cutWithin();
				await sleep(100);
			}
		},
	},
	{
		name: "its answers are lost, and the connection",
		proxied: true,
		happen: async (_, proxy) => {
			proxy.swallowAnswers();
			await sleep(300);
			await proxy.cutWithin();
		},
	},
];

describe.runIf(syslogRuns)("in an outage of rsyslog", () => {
	let receiver: Receiver;
	let seen = 0;
	const rows: string[] = [];
	beforeAll(async () => {
		receiver = await startReceiver("rsyslog");
	});
	afterAll(async () => {
		await receiver?.close();
		console.info(
			[
				"| sink | outage | events | lost | missing by verify | repeated | failed tries |",
				"|---|---|---|---|---|---|---|",
				...rows,
			].join("\n"),
		);
	});

	it.each(
		subjects.flatMap((subject) =>
			outages.map((outage) => [subject.name, outage.name, subject, outage] as const),
		),
	)("[siem.syslog_outage] %s: %s", async (name, what, subject, outage) => {
		const { relp, tls, plain } = receiver.ports;
		const port = name === "relp" ? relp : name === "syslog tls" ? tls : plain;
		const proxy = await streamProxy(port);
		const { port: between } = proxy;
		const ports =
			outage.proxied === true
				? { relp: between, tls: between, plain: between }
				: { relp, tls, plain };
		const sink = subject.make(ports, receiver);
		const { lines, retries } = await load(sink, {
			events: EVENTS,
			perSecond: PER_SECOND,
			meanwhile: async () => outage.happen(receiver, proxy),
		});
		await proxy.close();
		const kept = await settled(receiver, seen + lines.length);
		const stored = kept.slice(seen);
		seen = kept.length;
		const sent = new Set(lines);
		const found = new Set(stored);
		const lost = lines.filter((line) => !found.has(line)).length;
		const checked: Checked = checkCopy(stored, lines);
		rows.push(
			`| ${name} | ${what} | ${lines.length} | ${lost} | ${checked.missing} | ${checked.repeats} | ${retries} |`,
		);
		// What was lost is what the receiver's own copy says is missing: never silent, never something else.
		expect(stored.filter((line) => !sent.has(line))).toEqual([]);
		expect([checked.missing, checked.otherFaults]).toEqual([lost, 0]);
		expect(subject.keeps ? lost : 0).toBe(0);
	});
});

/** The stored lines once they are as many as expected, or nothing has come for two seconds. */
async function settled(receiver: Receiver, count: number): Promise<readonly string[]> {
	let before = -1;
	for (;;) {
		const { stored } = await receiver.received(count, 2_000);
		if (stored.length === before || stored.length >= count) {
			await sleep(300);
			return (await receiver.received(0, 0)).stored;
		}
		before = stored.length;
	}
}
