/** `npm run demo`: real MCP traffic becomes spans and a tamper-evident audit trail; then one byte is changed. */
import { fork } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Readable } from "node:stream";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import type { StoredEvent } from "@mcp-trail/event";
import { instrumentation } from "@mcp-trail/mcp";
import { trace } from "@opentelemetry/api";
import { run } from "mcp-trail";
import { kafkaAct, kafkaSinks } from "./kafka.ts";
import { heading, showCalls, showTrace } from "./show.ts";
import { openSearchAct, openSearchSinks, siemAct } from "./siem.ts";
import { startTelemetry, type ShownSpan } from "./telemetry.ts";
import { everything, filesystem, tickets } from "./traffic.ts";
import { zeroCodeAct } from "./zero-code.ts";

const started = performance.now();
const SOURCE = ["--conditions=@mcp-trail/source", "--import", "tsx"];
const work = mkdtempSync(join(tmpdir(), "mcp-trail-demo-"));
const dir = join(work, "trail");
process.once("exit", (code) => {
	if (process.env["DEMO_KEEP"] !== undefined || code !== 0) console.log(`\nKept: ${work}`);
	else rmSync(work, { recursive: true, force: true });
});
const brokers = process.env["KAFKA_BROKERS"];
const openSearch = process.env["OPENSEARCH_URL"];
const spans: ShownSpan[] = [];

async function printIndented(text: string | Uint8Array): Promise<void> {
	const lines = String(text).trimEnd().split("\n");
	console.log(lines.map((line) => `   ${line}`).join("\n"));
}

/** The verdict alone. */
const printVerdict = (text: string | Uint8Array): Promise<void> =>
	printIndented(String(text).split("\n")[0] ?? "");

/** What `mcp-trail verify` says to a person; its exit code. */
function verify(folder: string, write = printIndented): Promise<number> {
	const output = { isTerminal: true, write };
	const io = {
		stdin: Readable.from([]),
		stdout: output,
		stderr: { ...output, isTerminal: false },
		env: { digestKeyFile: undefined },
		signal: new AbortController().signal,
	};
	return run(["verify", folder], io, "demo");
}

const segments = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, encoding: "utf8" })
		// Not by what a name must not hold: a stream’s id may hold any hexadecimal word.
		.filter((name) => /\d{16}\.ndjson$/u.test(name))
		.map((name) => join(folder, name))
		.toSorted();

const stored = (folder: string): StoredEvent[] =>
	segments(folder).flatMap((file) =>
		readFileSync(file, "utf8")
			.split("\n")
			.filter((line) => line !== "")
			.map((line) => JSON.parse(line) as StoredEvent),
	);

heading("1. Three MCP servers, five clients, real traffic");
console.log(
	"   @modelcontextprotocol/server-everything and server-filesystem as published, seen from the\n" +
		"   client's side, and an instrumented HTTP server in a process of its own, on both protocol eras.\n",
);
const telemetry = startTelemetry("desk", (span) => spans.push(span));
const audit = openAudit({
	service: "desk",
	trail: fileTrail({ dir }),
	sinks: [...(await kafkaSinks(brokers)), ...(await openSearchSinks(openSearch))],
	onError: (error) => console.error(`desk: ${error.message}`),
});
const trail = instrumentation({ audit });
const server = fork(join(import.meta.dirname, "tickets-server.ts"), [dir], { execArgv: SOURCE });
const port = await new Promise<number>((resolve, reject) => {
	server.on("message", (message: { readonly port?: number; readonly span?: ShownSpan }) => {
		if (message.port !== undefined) resolve(message.port);
		if (message.span !== undefined) spans.push(message.span);
	});
	server.once("exit", (code) => reject(new Error(`the tickets server left with code ${code}`)));
});

await Promise.all([
	everything((client) => trail.client(client)),
	filesystem((client) => trail.client(client), work),
	trace
		.getTracer("desk")
		.startActiveSpan("agent turn", (span) =>
			tickets((client) => trail.client(client), port).finally(() => span.end()),
		),
]);
const left = new Promise((resolve) => server.once("exit", resolve));
server.send("close");
await left;
const report = await audit.close();
await telemetry.shutdown();

const events = stored(dir);
showCalls(events);

heading("2. One trace, across two processes");
const turn = spans.find((span) => span.name === "agent turn");
showTrace(spans.filter((span) => span.traceId === turn?.traceId));

const zeroCode = join(work, "zero-code");
const zeroCodeVerdict = await zeroCodeAct(zeroCode, {
	stored,
	verify: (folder) => verify(folder, printVerdict),
});

heading("4. Can you prove it? mcp-trail verify");
const verdict = await verify(dir);

heading("5. Now somebody changes one byte of one record");
const tampered = join(work, "tampered");
cpSync(dir, tampered, { recursive: true });
const victim = segments(tampered)[0] as string;
const bytes = readFileSync(victim);
const at = bytes.indexOf('"status":"failure"') + '"status":"'.length;
console.log(`   ${relative(work, victim)}\n   byte ${at}: “f” of “failure” becomes “F”\n`);
bytes[at] = "F".charCodeAt(0);
writeFileSync(victim, bytes);
const tamperedVerdict = await verify(tampered);

siemAct(events);
const searchVerdict = openSearch === undefined ? true : await openSearchAct(openSearch, events);
const kafkaVerdict = brokers === undefined ? true : await kafkaAct(brokers, events);

heading("What came of it");
const kept = process.env["DEMO_KEEP"] !== undefined;
const next = kept
	? `Try next (in this repository, after \`npm run build\`):
     npx mcp-trail tail -n 5 ${dir}
     npx mcp-trail validate --as writer ${dir}/*/*.ndjson
     sed -n 2p ${dir}/*/*.ndjson`
	: "To look into the trail, keep it: DEMO_KEEP=1 npm run demo";
console.log(`   ${events.length} events, ${spans.length} spans, ${report.lost} lost, in ${((performance.now() - started) / 1000).toFixed(1)} s

   ${next}
   With a broker: npm run kafka, then KAFKA_BROKERS=127.0.0.1:9092 npm run demo
   With a cluster: npm run opensearch, then OPENSEARCH_URL=http://127.0.0.1:9200 npm run demo
   In your server: README.md, “One line”`);

const ok =
	verdict === 0 &&
	zeroCodeVerdict &&
	tamperedVerdict === 1 &&
	report.lost === 0 &&
	report.clean &&
	kafkaVerdict &&
	searchVerdict;
if (!ok) console.error("\nThe demo did not end as it should; the lines above say where.");
process.exitCode = ok ? 0 : 1;
