import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cef, rfc5424, rfc5424Cef, rfc5424Json } from "@mcp-trail/formats";
import fc from "fast-check";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { hostileEvent } from "../../../packages/formats/scripts/hostile-event.ts";
import { parseCef, parseSyslog } from "../../../packages/formats/scripts/line-parsers.ts";
import { startRsyslog } from "./rsyslog.ts";

const syslogRuns = inject("syslogNotRun") === "";

/** The same ones in every run: what is judged here is the receivers, and they must not be flaky. */
const events = fc.sample(hostileEvent, { numRuns: 500, seed: 5_424 }).map(({ event }) => event);

describe.runIf(syslogRuns)("real receivers of lines", { timeout: 120_000 }, () => {
	it("[formats.real_rsyslog] rsyslog makes one record of each hostile event, with its fields", async () => {
		const formats = [rfc5424, rfc5424Cef, rfc5424Json];
		const sent = events.flatMap((event) => formats.map((format) => format.project(event)));
		const rsyslog = await startRsyslog();
		onTestFinished(async () => rsyslog.close());
		await rsyslog.send(sent);
		const received = await rsyslog.received(sent.length, 60_000);
		expect(received).toHaveLength(sent.length);
		for (const [index, record] of received.entries()) {
			const line = sent[index] ?? "";
			const { pri, timestamp, hostname, appName, procid, msgid, message, bom } = parseSyslog(line);
			expect({ ...record, data: "", message: "" }).toEqual({
				pri: String(pri),
				timestamp,
				hostname,
				appName,
				procid,
				msgid,
				data: "",
				message: "",
			});
			expect(record.data).toBe(
				/\[meta .*\]/u.exec(line.slice(0, line.length - tail(message, bom)))?.[0],
			);
			expect(record.message.replace(/^ /, "")).toBe(`${bom ? "\u{feff}" : ""}${message ?? ""}`);
		}
	});

	it("[formats.real_liblognorm] liblognorm reads the keys and values of each CEF line back", async () => {
		const folder = await mkdtemp(join(tmpdir(), "lognormalizer-"));
		onTestFinished(async () => rm(folder, { recursive: true, force: true }));
		const rulebase = join(folder, "cef.rb");
		await writeFile(rulebase, "version=2\nrule=:%f:cef%\n");
		const lines = events.map((event) => cef.project(event));
		// The reader eats the first character of the first key; it may have one that nobody misses.
		const fed = lines.map((line) => line.replace(/^((?:[^|]*\|){7})/, "$1x=0 "));
		const read = await normalized(rulebase, fed);
		expect(read).toHaveLength(lines.length);
		for (const [index, line] of lines.entries()) {
			const { header, pairs } = parseCef(line);
			const { "": _eaten, ...extensions } = read[index]?.f?.Extensions ?? {};
			expect(extensions).toEqual(Object.fromEntries(pairs));
			const { DeviceVendor, DeviceProduct, DeviceVersion, SignatureID, Name, Severity } =
				read[index]?.f ?? {};
			expect([DeviceVendor, DeviceProduct, DeviceVersion, SignatureID, Name, Severity]).toEqual(
				header,
			);
		}
	});
});

interface Normalized {
	readonly f?: Readonly<Record<string, string>> & {
		readonly Extensions?: Readonly<Record<string, string>>;
	};
}

async function normalized(rulebase: string, lines: readonly string[]): Promise<Normalized[]> {
	return new Promise((resolve, reject) => {
		const options = { maxBuffer: 100_000_000, timeout: 60_000 };
		const program = execFile(
			"/usr/bin/lognormalizer",
			["-r", rulebase, "-e", "json"],
			options,
			(error, stdout) => {
				if (error) reject(error);
				else
					resolve(
						stdout
							.trimEnd()
							.split("\n")
							.map((line): Normalized => JSON.parse(line)),
					);
			},
		);
		program.stdin?.end(`${lines.join("\n")}\n`);
	});
}

/** Characters behind the structured data. */
function tail(message: string | undefined, bom: boolean): number {
	return message === undefined ? 0 : message.length + (bom ? 2 : 1);
}
