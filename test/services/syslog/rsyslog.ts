import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../kafka/ports.ts";

/** A message as rsyslog understood it. */
interface Received {
	readonly pri: string;
	readonly timestamp: string;
	readonly hostname: string;
	readonly appName: string;
	readonly procid: string;
	readonly msgid: string;
	/** As it came, escapes and all. */
	readonly data: string;
	readonly message: string;
}

/** A running rsyslog of its own, with its limits as they are by default. */
export interface Rsyslog {
	/** Sends messages over one TCP connection, each with its length before it (RFC 6587 §3.4.1). */
	send(messages: readonly string[]): Promise<void>;
	/** What it has written, as soon as these are `count` messages or more, or at the deadline. */
	received(count: number, withinMs: number): Promise<readonly Received[]>;
	close(): Promise<void>;
}

const properties = [
	["pri", "pri"],
	["timestamp", "timereported", 'dateFormat="rfc3339"'],
	["hostname", "hostname"],
	["appName", "app-name"],
	["procid", "procid"],
	["msgid", "msgid"],
	["data", "structured-data"],
	["message", "msg"],
] as const;

const config = (port: number, folder: string): string => `
main_queue(queue.type="Direct")
module(load="imtcp")
input(type="imtcp" port="${port}" address="127.0.0.1")
template(name="j" type="list" option.jsonf="on") {
${properties
	.map(
		([out, name, more = ""]) => `property(outname="${out}" name="${name}" format="jsonf" ${more})`,
	)
	.join("\n")}
}
action(type="omfile" file="${join(folder, "out.jsonl")}" template="j" asyncWriting="off" flushOnTXEnd="on")
`;

/** Starts rsyslog on a free port of 127.0.0.1; it writes what it receives into a folder of its own. */
export async function startRsyslog(): Promise<Rsyslog> {
	const [port = 0] = await freePorts(1);
	const folder = await mkdtemp(join(tmpdir(), "rsyslog-"));
	const [conf, out] = [join(folder, "rsyslog.conf"), join(folder, "out.jsonl")];
	await writeFile(conf, config(port, folder));
	const program = spawn("/usr/sbin/rsyslogd", ["-n", "-f", conf, "-i", join(folder, "pid")], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	program.stderr.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	const ended = once(program, "exit");
	await listening(port, () => {
		if (program.exitCode !== null) throw new Error(`rsyslogd ended: ${said}`);
	});
	return {
		async send(messages) {
			const socket = createConnection({ port, host: "127.0.0.1" });
			await once(socket, "connect");
			for (const message of messages) {
				const bytes = Buffer.from(message);
				if (!socket.write(Buffer.concat([Buffer.from(`${bytes.length} `), bytes])))
					await once(socket, "drain");
			}
			socket.end();
			await once(socket, "close");
		},
		async received(count, withinMs) {
			for (const until = Date.now() + withinMs; ; await sleep(50)) {
				const text = await readFile(out, "utf8").catch(() => "");
				const lines = text.split("\n").slice(0, -1);
				if (lines.length >= count || Date.now() > until)
					return lines.map((line): Received => JSON.parse(line));
			}
		},
		async close() {
			program.kill("SIGTERM");
			const forced = setTimeout(() => program.kill("SIGKILL"), 5_000);
			await ended;
			clearTimeout(forced);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function listening(port: number, check: () => void): Promise<void> {
	for (const until = Date.now() + 20_000; ; await sleep(50)) {
		check();
		const socket = createConnection({ port, host: "127.0.0.1" });
		const open = await once(socket, "connect").then(
			() => true,
			() => false,
		);
		socket.destroy();
		if (open) return;
		if (Date.now() > until) throw new Error(`rsyslogd does not listen on ${port} after 20 s`);
	}
}
