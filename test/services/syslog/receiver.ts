import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../kafka/ports.ts";
import { type ServerProcess, serverProcess } from "../server-process.ts";
import { makePki } from "./pki.ts";
import { syslogNg } from "./syslog-ng.ts";

/** A real receiver that runs the configuration of schemas/siem/syslog/ as an operator gets it. */
export interface Receiver {
	readonly ports: { readonly relp: number; readonly tls: number; readonly plain: number };
	/** A certificate or key, by its file's name. */
	readonly pem: (name: string) => { readonly file: string };
	/** SIGKILL. */
	kill(): Promise<void>;
	/** SIGSTOP: connections stay open and nothing is read. */
	pause(): void;
	resume(): void;
	/** Starts it again, after `kill`, on the same ports and files. */
	launch(): Promise<void>;
	/** Lines of audit.ndjson and of audit.log, as soon as these are `count` together, or at the deadline. */
	received(
		count: number,
		withinMs?: number,
	): Promise<{ readonly stored: readonly string[]; readonly other: readonly string[] }>;
	close(): Promise<void>;
}

const schemas = new URL("../../../schemas/siem/syslog/", import.meta.url);

/** Starts rsyslog or syslog-ng on free ports of 127.0.0.1, with certificates made for it. */
export async function startReceiver(kind: "rsyslog" | "syslog-ng"): Promise<Receiver> {
	const folder = await mkdtemp(join(tmpdir(), `${kind}-`));
	const [pki, out] = [join(folder, "pki"), join(folder, "out")];
	await mkdir(pki);
	await mkdir(out);
	await makePki(pki);
	const [relp = 0, tls = 0, plain = 0] = await freePorts(3);
	const given = await readFile(new URL(`${kind}.conf`, schemas), "utf8");
	const conf = join(folder, "receiver.conf");
	const ports: Readonly<Record<string, number>> = { "20514": relp, "6514": tls, "514": plain };
	// Nothing but ports and paths differs from what an operator loads.
	const placed = given
		.replaceAll(/\bport(="|\()(20514|6514|514)\b/g, (_, open, port) => `port${open}${ports[port]}`)
		.replaceAll("/etc/mcp-trail/", `${pki}/`)
		.replaceAll("/var/log/mcp-trail/", `${out}/`);
	await writeFile(conf, placed);
	const server = await receiverProcess(kind, folder, conf);
	const launch = async (): Promise<void> => {
		// A process that was killed leaves its pid file behind.
		await rm(join(folder, "pid"), { force: true });
		await server.launch();
		for (const port of kind === "rsyslog" ? [relp, tls, plain] : [tls]) {
			await listening(port, server);
		}
	};
	const lines = async (name: string): Promise<readonly string[]> =>
		(await readFile(join(out, name), "utf8").catch(() => "")).split("\n").slice(0, -1);
	const close = async (): Promise<void> => {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await launch();
	} catch (error) {
		await close();
		throw error;
	}
	return {
		ports: { relp, tls, plain },
		pem: (name) => ({ file: join(pki, name) }),
		launch,
		kill: async () => server.kill(),
		pause: () => server.pause(),
		resume: () => server.resume(),
		async received(count, withinMs = 60_000) {
			for (const until = Date.now() + withinMs; ; await sleep(100)) {
				const [stored, other] = [await lines("audit.ndjson"), await lines("audit.log")];
				if (stored.length + other.length >= count || Date.now() > until) return { stored, other };
			}
		},
		close,
	};
}

async function receiverProcess(kind: string, folder: string, conf: string): Promise<ServerProcess> {
	const log = join(folder, "log");
	const pid = join(folder, "pid");
	if (kind === "rsyslog") {
		return serverProcess("/usr/sbin/rsyslogd", ["-n", "-f", conf, "-i", pid], log);
	}
	const { program, modules, libraries } = await syslogNg();
	const state = ["-c", join(folder, "control"), "-R", join(folder, "persist"), "-p", pid];
	const words = ["-F", "--no-caps", "-f", conf, ...state, `--module-path=${modules}`];
	return serverProcess("/usr/bin/env", [`LD_LIBRARY_PATH=${libraries}`, program, ...words], log);
}

async function listening(port: number, server: ServerProcess): Promise<void> {
	for (const until = Date.now() + 30_000; ; await sleep(50)) {
		const socket = createConnection({ port, host: "127.0.0.1" });
		const open = await once(socket, "connect").then(
			() => true,
			() => false,
		);
		socket.destroy();
		if (open) return;
		if (!server.alive() || Date.now() > until) {
			throw new Error(`nothing listens on ${port}: ${await server.log()}`);
		}
	}
}
