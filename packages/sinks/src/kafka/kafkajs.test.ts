import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { certificates } from "../http/testing/certificates.ts";
import { type KafkaSasl, kafkaSink } from "../kafka.ts";

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
	vi.unstubAllEnvs();
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

describe("[kafka.secured] the default client", () => {
	it("checks the broker's certificate, whatever the environment says", async () => {
		const pair = certificates();
		const server = createTlsServer(pair.server).listen(0, "127.0.0.1");
		await once(server, "listening");
		open.push(() => server.close());
		const { port }: AddressInfo = Object(server.address());
		vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
		const sink = kafkaSink({ brokers: [`127.0.0.1:${port}`], ssl: true });
		await expect(sink.probe?.(signal)).rejects.toMatchObject({
			code: "tls_failed",
			verdict: "hold",
		});
	});

	it("says that a key is not the certificate's, without a connection", async () => {
		const { ca, client, server } = certificates();
		const connected = vi.fn<() => void>();
		const brokers = [await listener(connected)];
		const sink = kafkaSink({ brokers, ssl: { ca, cert: client.cert, key: server.key } });
		await expect(sink.probe?.(signal)).rejects.toMatchObject({
			code: "tls_failed",
			verdict: "hold",
			message: expect.stringContaining("belong together"),
		});
		expect(connected).not.toHaveBeenCalled();
	});

	it("asks for credentials anew for each connection", async () => {
		const brokers = [await listener((socket) => socket.destroy())];
		const sasl = vi.fn<() => Promise<KafkaSasl>>(async () => ({
			mechanism: "plain",
			username: "u",
			password: "p",
		}));
		const sink = kafkaSink({ brokers, sasl });
		for (const times of [1, 2]) {
			await expect(sink.probe?.(signal)).rejects.toMatchObject({ verdict: "retry" });
			expect(sasl).toHaveBeenCalledTimes(times);
		}
	});
});
