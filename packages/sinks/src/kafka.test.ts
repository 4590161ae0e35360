import { readFileSync } from "node:fs";
import { checkSink, type SinkFaultKind } from "@mcp-trail/audit/testing";
import type { AuditEvent } from "@mcp-trail/event";
import { type SealedEvent, sealer } from "@mcp-trail/integrity";
import { describe, expect, it, vi } from "vitest";
import {
	type InspectTopic,
	type KafkaMessage,
	type KafkaProducer,
	type KafkaSinkOptions,
	type ProducerFactory,
	kafkaSink,
} from "./kafka.ts";

const template: AuditEvent = JSON.parse(
	readFileSync(
		new URL("../../../schemas/event/1.0/valid/mcp.request.json", import.meta.url),
		"utf8",
	),
);
const streams = ["7d3b6a52-0c1e-4f57-9a43-2b8f5f1c9e10", "0f6f2f3a-9f0e-4c58-8a6e-3b1d7c5a9e42"];
const idOf = (at: number): string => `01a1f874-3e4b-7c3e-9f10-${at.toString(16).padStart(12, "0")}`;
const chains = streams.map((streamId) => sealer(streamId));
let made = 0;
/** So many new events, of one stream or of two in turns. */
const events = (count: number, kinds: 1 | 2 = 1): SealedEvent[] =>
	Array.from({ length: count }, (_, at) => {
		const chain = chains[at % kinds];
		if (!chain) throw new Error("no such stream");
		return chain.seal({ ...template, id: idOf(made++) });
	});

type Fault =
	| { readonly reject: unknown; readonly storing?: boolean }
	| "hang"
	| "forget one partition"
	| { readonly errorCode: number };

/**
 * The three methods, with the sins of kafkajs: after one rejection the same producer
 * reports success and stores nothing; after a failed connect it sends without idempotence.
 */
function fakeKafka(
	faults: (Fault | undefined)[] = [],
	connectFaults: (Error | "hang" | undefined)[] = [],
) {
	const stored: { partition: number; message: KafkaMessage }[] = [];
	const producers: { sends: number; connected: boolean; disconnects: number; poisoned: boolean }[] =
		[];
	let mode: SinkFaultKind | "none" = "none";
	let poison: ReadonlySet<string> = new Set();
	let underWay = 0;
	let most = 0;
	const factory: ProducerFactory = ({ createPartitioner }) => {
		const choose = createPartitioner();
		const self = { sends: 0, connected: false, disconnects: 0, poisoned: false };
		const offsets = new Map<number, number>();
		producers.push(self);
		return {
			connect: async () => {
				if (mode === "silent") return new Promise(() => undefined);
				if (mode === "down") throw Object.assign(new Error("down"), { code: "ECONNREFUSED" });
				const fault = connectFaults.shift();
				if (fault === "hang") return new Promise(() => undefined);
				self.connected = true;
				if (fault) {
					self.poisoned = true;
					throw fault;
				}
			},
			disconnect: async () => {
				self.disconnects += 1;
				if (mode === "silent") return new Promise(() => undefined);
			},
			send: async ({ topic, messages }) => {
				self.sends += 1;
				if (mode === "silent") return new Promise(() => undefined);
				if (mode === "down") throw Object.assign(new Error("down"), { code: "ECONNRESET" });
				if (messages.some(({ headers }) => poison.has(headers["ce_id"] ?? ""))) {
					self.poisoned = true;
					throw Object.assign(new Error("too large"), { code: 10 });
				}
				most = Math.max(most, ++underWay);
				const records = messages.map((message) => ({
					message,
					partition: choose({ topic, partitionMetadata: Array.from({ length: 6 }), message }),
				}));
				await Promise.resolve();
				underWay -= 1;
				const fault = faults.shift();
				const answer = (all: typeof records) =>
					[...new Set(all.map(({ partition }) => partition))].map((partition) => {
						const before = offsets.get(partition) ?? stored.length;
						offsets.set(partition, before + all.length);
						return { topicName: topic, partition, errorCode: 0, baseOffset: String(before) };
					});
				if (self.poisoned) return answer(records);
				if (fault === undefined) {
					const answered = answer(records);
					stored.push(...records);
					return answered;
				}
				if (fault === "hang") return new Promise(() => undefined);
				self.poisoned = true;
				if (fault === "forget one partition") {
					const kept = records.filter(({ partition }) => partition !== records[0]?.partition);
					stored.push(...kept);
					return answer(kept);
				}
				if ("errorCode" in fault) {
					return answer(records).map((one) => ({ ...one, errorCode: fault.errorCode }));
				}
				if (fault.storing) stored.push(...records);
				throw fault.reject;
			},
		};
	};
	const fault = (kind: SinkFaultKind | "none", which?: ReadonlySet<string>): void => {
		mode = kind;
		poison = kind === "poison" ? (which ?? poison) : new Set();
	};
	return { factory, stored, producers, fault, mostUnderWay: () => most };
}

const signal = new AbortController().signal;
const ids = (batch: readonly SealedEvent[]) => batch.map(({ event }) => event.id);
const storedIds = ({ stored }: ReturnType<typeof fakeKafka>) =>
	stored.map(({ message }) => message.headers["ce_id"] ?? "");
const sinkOn = (kafka: { factory: ProducerFactory }, options: KafkaSinkOptions = {}) =>
	kafkaSink({ producer: kafka.factory, ...options });
const refused = new Error("refused");
const nothing = async () => undefined;

/** Something that settles when told to. */
function gate() {
	let open: ((value: undefined) => void) | undefined;
	const opened = new Promise<undefined>((resolve) => {
		open = resolve;
	});
	return { opened, open: () => open?.(undefined) };
}

describe("a Kafka sink", () => {
	it("says how it is to be used", () => {
		expect(sinkOn(fakeKafka())).toMatchObject({
			name: "kafka",
			delivery: "at_least_once",
			ordered: true,
			limits: { events: 500, inFlight: 1 },
		});
	});

	it("delivers a batch in order, as one request, through one producer", async () => {
		const kafka = fakeKafka();
		const sink = sinkOn(kafka);
		const batches = [events(5), events(3)];
		for (const batch of batches) await sink.write(batch, signal);
		expect(storedIds(kafka)).toEqual(batches.flatMap(ids));
		expect(kafka.producers).toEqual([
			{ sends: 2, connected: true, disconnects: 0, poisoned: false },
		]);
	});

	it("takes an empty batch and sends nothing", async () => {
		const kafka = fakeKafka();
		await sinkOn(kafka).write([], signal);
		expect(kafka.stored).toEqual([]);
	});

	it("[kafka.one_in_flight] never has two requests under way", async () => {
		const kafka = fakeKafka();
		const sink = sinkOn(kafka);
		const batches = [events(2), events(2), events(2)];
		await Promise.all(batches.map(async (batch) => sink.write(batch, signal)));
		expect(kafka.mostUnderWay()).toBe(1);
		expect(storedIds(kafka)).toEqual(batches.flatMap(ids));
	});

	it("[kafka.batch_bytes] cuts a batch that is too large for one request", async () => {
		const kafka = fakeKafka();
		const batch = events(10);
		await sinkOn(kafka, { maxRequestBytes: 10_000 }).write(batch, signal);
		expect(kafka.producers[0]?.sends).toBeGreaterThan(1);
		expect(storedIds(kafka)).toEqual(ids(batch));
	});

	it("merges sendOptions into every send", async () => {
		const send = vi.fn<KafkaProducer["send"]>(async () => [{ partition: 0 }]);
		const producer = () => ({ connect: nothing, disconnect: nothing, send });
		await kafkaSink({ producer, sendOptions: { compression: 1 } }).write(events(1), signal);
		expect(send).toHaveBeenCalledWith(expect.objectContaining({ compression: 1 }));
	});
});

describe("[kafka.contract] the contract of every sink", () => {
	checkSink({
		test: it,
		make: () => {
			const kafka = fakeKafka();
			return { sink: sinkOn(kafka), received: () => storedIds(kafka), fault: kafka.fault };
		},
	});
});

describe("[kafka.fresh_producer] after a rejected send", () => {
	const faults: readonly (readonly [string, Fault, string])[] = [
		["nothing stored", { reject: refused }, "kafka_error"],
		["all stored, the answer lost", { reject: refused, storing: true }, "kafka_error"],
		["a broker's refusal", { reject: { code: 10 } }, "message_too_large"],
		["an error inside the answer", { errorCode: 19 }, "not_enough_replicas"],
		["an answer that never comes", "hang", "send_timeout"],
	];

	it.each(faults)("(%s) the next one goes through a new producer", async (_, fault, code) => {
		const kafka = fakeKafka([undefined, fault]);
		const sink = sinkOn(kafka, { sendTimeoutMs: 30 });
		const [first, second, third] = [events(2), events(2), events(2)];
		await sink.write(first, signal);
		await expect(sink.write(second, signal)).rejects.toMatchObject({ code });
		// Other content, as many records: what kafkajs would take for the batch before.
		await sink.write(third, signal);
		await sink.write(second, signal);
		expect(kafka.producers.length).toBe(2);
		expect(kafka.producers[0]?.disconnects).toBeGreaterThan(0);
		expect(new Set(storedIds(kafka))).toEqual(new Set([first, second, third].flatMap(ids)));
	});

	it("hangs up once more when what was under way ends: a retry inside the client connects again", async () => {
		const answer = gate();
		const disconnect = vi.fn<() => Promise<void>>(nothing);
		const send = async () => answer.opened;
		const sink = kafkaSink({
			producer: () => ({ connect: nothing, disconnect, send }),
			sendTimeoutMs: 10,
		});
		await expect(sink.write(events(1), signal)).rejects.toMatchObject({ code: "send_timeout" });
		expect(disconnect).toHaveBeenCalledTimes(1);
		answer.open();
		await vi.waitFor(() => {
			expect(disconnect).toHaveBeenCalledTimes(2);
		});
	});

	it("[kafka.coverage] an answer that lacks a partition counts as a rejection", async () => {
		const kafka = fakeKafka(["forget one partition"]);
		const sink = sinkOn(kafka);
		const batch = events(6, 2);
		await expect(sink.write(batch, signal)).rejects.toMatchObject({
			code: "incomplete_response",
			verdict: "retry",
		});
		await sink.write(batch, signal);
		expect(new Set(storedIds(kafka))).toEqual(new Set(ids(batch)));
		expect(kafka.producers.length).toBe(2);
	});
});

describe("[kafka.never_non_idempotent] after a rejected connect", () => {
	it.each([
		["an error", refused, "kafka_error"],
		["no answer", "hang" as const, "connect_timeout"],
	])("(%s) that producer never sends", async (_, fault, code) => {
		const kafka = fakeKafka([], [fault]);
		const sink = sinkOn(kafka, { connectTimeoutMs: 30 });
		const batch = events(2);
		await expect(sink.write(batch, signal)).rejects.toMatchObject({ code, verdict: "retry" });
		await sink.write(batch, signal);
		expect(kafka.producers.map(({ sends }) => sends)).toEqual([0, 1]);
		expect(kafka.producers[0]?.disconnects).toBeGreaterThan(0);
		expect(storedIds(kafka)).toEqual(ids(batch));
	});

	it("a factory that throws is asked again", async () => {
		const kafka = fakeKafka();
		const factory = vi.fn<ProducerFactory>(kafka.factory).mockImplementationOnce(() => {
			throw refused;
		});
		const sink = sinkOn({ factory });
		await expect(sink.write(events(1), signal)).rejects.toMatchObject({ cause: refused });
		await sink.write(events(1), signal);
		expect(factory).toHaveBeenCalledTimes(2);
	});
});

describe("a client with a partitioner of its own", () => {
	it("is sent one key at a time, because its answer proves one partition", async () => {
		const kafka = fakeKafka();
		const requests: string[][] = [];
		const factory: ProducerFactory = () => ({
			connect: async () => undefined,
			disconnect: async () => undefined,
			send: async ({ messages }) => {
				requests.push(messages.map(({ key }) => key));
				return [{ partition: 1 }];
			},
		});
		await sinkOn({ ...kafka, factory }).write(events(6, 2), signal);
		expect(requests).toEqual(streams.map((stream) => [stream, stream, stream]));
	});

	it("is not believed when it answers nothing", async () => {
		const sink = kafkaSink({
			producer: () => ({ connect: nothing, disconnect: nothing, send: nothing }),
		});
		await expect(sink.write(events(1), signal)).rejects.toMatchObject({
			code: "incomplete_response",
		});
	});
});

describe("an abort", () => {
	it("ends a write that hangs, and that producer is given up", async () => {
		const kafka = fakeKafka(["hang"]);
		const sink = sinkOn(kafka);
		const stop = new AbortController();
		const writing = sink.write(events(1), stop.signal);
		setTimeout(() => {
			stop.abort();
		}, 10);
		await expect(writing).rejects.toMatchObject({ code: "aborted", verdict: "retry" });
		await sink.write(events(1), signal);
		expect(kafka.producers.length).toBe(2);
	});

	it("before the turn of a write keeps it from being sent", async () => {
		const kafka = fakeKafka();
		await expect(sinkOn(kafka).write(events(1), AbortSignal.abort())).rejects.toMatchObject({
			verdict: "retry",
		});
		expect(kafka.producers).toEqual([]);
	});
});

describe("the check at start", () => {
	const config = {
		"min.insync.replicas": "2",
		"cleanup.policy": "delete",
		"max.message.bytes": "1048588",
	};
	const facts = { partitions: 6, replicas: 3, config };

	it("is made once, before the first event, whether or not anybody probes", async () => {
		const kafka = fakeKafka();
		const inspectTopic = vi.fn<InspectTopic>(async () => facts);
		const sink = sinkOn(kafka, { inspectTopic });
		await sink.write(events(1), signal);
		await sink.write(events(1), signal);
		expect(inspectTopic).toHaveBeenCalledTimes(1);
	});

	it("[kafka.topic_check] holds every event back from a topic that is missing", async () => {
		const kafka = fakeKafka();
		const inspectTopic = vi.fn<InspectTopic>(nothing);
		const sink = sinkOn(kafka, { inspectTopic });
		await expect(sink.probe?.(signal)).rejects.toMatchObject({
			code: "topic_missing",
			verdict: "hold",
		});
		await expect(sink.write(events(1), signal)).rejects.toMatchObject({ verdict: "hold" });
		expect(kafka.stored).toEqual([]);
	});

	it("passes advice to onWarn, and a listener that throws harms nothing", async () => {
		const onWarn = vi.fn<(message: string) => void>(() => {
			throw refused;
		});
		const inspectTopic = vi.fn<InspectTopic>(async () => ({ ...facts, replicas: 2 }));
		await sinkOn(fakeKafka(), { inspectTopic, onWarn }).probe?.(signal);
		expect(onWarn).toHaveBeenCalledWith(expect.stringContaining("while one broker is down"));
	});

	it("proves the connection", async () => {
		const kafka = fakeKafka([], [refused]);
		await expect(sinkOn(kafka).probe?.(signal)).rejects.toMatchObject({ cause: refused });
		await expect(sinkOn(kafka).probe?.(signal)).resolves.toBeUndefined();
	});
});

describe("close", () => {
	it("hangs up, twice is harmless, and nothing is taken afterwards", async () => {
		const kafka = fakeKafka();
		const sink = sinkOn(kafka);
		await sink.write(events(1), signal);
		await sink.close?.(signal);
		await sink.close?.(signal);
		expect(kafka.producers[0]?.disconnects).toBe(1);
		await expect(sink.write(events(1), signal)).rejects.toMatchObject({
			code: "closed",
			verdict: "retry",
		});
		expect(kafka.producers.length).toBe(1);
	});
});

it("a producer that connects after close is given up", async () => {
	const connected = gate();
	const connect = vi.fn<() => Promise<void>>(async () => connected.opened);
	const disconnect = vi.fn<() => Promise<void>>(nothing);
	const send = vi.fn<KafkaProducer["send"]>(nothing);
	const sink = kafkaSink({ producer: () => ({ connect, disconnect, send }) });
	const writing = sink.write(events(1), signal);
	await vi.waitFor(() => {
		expect(connect).toHaveBeenCalledTimes(1);
	});
	await sink.close?.(signal);
	connected.open();
	await expect(writing).rejects.toMatchObject({ code: "closed" });
	expect(disconnect).toHaveBeenCalledWith();
	expect(send).not.toHaveBeenCalled();
});

describe("[kafka.options] an invalid option", () => {
	it.each([
		[{}, "`brokers`"],
		[{ brokers: [] }, "`brokers`"],
		[{ brokers: ["localhost"] }, "`brokers` takes host:port"],
		[{ brokers: ["b:9092"], topic: "a b" }, "`topic`"],
		[{ brokers: ["b:9092"], topic: ".." }, "`topic`"],
		[{ brokers: ["b:9092"], name: "Kafka" }, "`name`"],
		[{ brokers: ["b:9092"], sendTimeoutMs: 0 }, "`sendTimeoutMs`"],
		[{ brokers: ["b:9092"], maxRequestBytes: 1.5 }, "`maxRequestBytes`"],
	])("%o is refused where it is made", (options, says) => {
		expect(() => kafkaSink(options)).toThrow(says);
	});
});
