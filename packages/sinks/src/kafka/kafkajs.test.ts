import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { kafkaSink } from "../kafka.ts";

const { signal } = new AbortController();
const open: (() => void)[] = [];

/** A port of this machine that does with connections what is asked for. */
async function listener(use: (socket: Socket) => void): Promise<string> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => undefined);
		use(socket);
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	open.push(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const { port }: AddressInfo = Object(server.address());
	return `127.0.0.1:${port}`;
}

afterEach(() => {
	for (const close of open.splice(0)) close();
	vi.doUnmock("kafkajs");
	vi.restoreAllMocks();
});

describe("[kafka.errors] the default client", () => {
	it("names an address where nobody listens, quickly, and prints nothing", async () => {
		const printed = [vi.spyOn(process.stdout, "write"), vi.spyOn(console, "log")];
		const onWarn = vi.fn<(message: string) => void>();
		const address = await listener(() => undefined);
		open.pop()?.();
		const sink = kafkaSink({ brokers: [address], onWarn });
		const startedAt = performance.now();
		await expect(sink.probe?.(signal)).rejects.toMatchObject({
			code: "broker_unreachable",
			verdict: "retry",
			message: `Kafka at ${address} cannot be reached (ECONNREFUSED). Check \`brokers\` and that the broker runs.`,
		});
		expect(performance.now() - startedAt).toBeLessThan(10_000);
		expect(onWarn).toHaveBeenCalledWith(expect.stringContaining("kafkajs: "));
		for (const spy of printed) expect(spy).not.toHaveBeenCalled();
	});

	it("does not wait for a broker that never answers", async () => {
		const brokers = [await listener(() => undefined)];
		const sink = kafkaSink({ brokers, connectTimeoutMs: 300 });
		await expect(sink.probe?.(signal)).rejects.toMatchObject({
			code: "probe_timeout",
			verdict: "retry",
		});
	});

	it("says what a broker that hangs up may be missing", async () => {
		const brokers = [await listener((socket) => socket.destroy())];
		await expect(kafkaSink({ brokers }).probe?.(signal)).rejects.toMatchObject({
			verdict: "retry",
			message: expect.stringMatching(/TLS or SASL|cannot be reached/u),
		});
	});

	it("says how to get kafkajs where it is missing", async () => {
		vi.doMock("kafkajs", () => {
			throw new Error("Cannot find package 'kafkajs'");
		});
		await expect(kafkaSink({ brokers: ["127.0.0.1:1"] }).probe?.(signal)).rejects.toMatchObject({
			code: "client_missing",
			verdict: "hold",
			message: expect.stringContaining("npm install kafkajs@2"),
		});
	});
});
