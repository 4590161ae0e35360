import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen, stopListening } from "../../matrix/pairs/http-client.ts";
import { type Line, nodeOf } from "./lines.ts";

const frames = [
	{
		id: 1,
		method: "initialize",
		params: {
			protocolVersion: "2025-11-25",
			capabilities: {},
			clientInfo: { name: "lines", version: "1.0.0" },
		},
	},
	{ method: "notifications/initialized" },
	{ id: 2, method: "tools/call", params: { name: "add", arguments: {} } },
];

/** Runs a server that knows nothing of mcp-trail under register; what it said, and what its SDK sent. */
export async function zeroCode(line: Line, folder: string) {
	const sent = { traces: "", metrics: "" };
	const receiver = createServer((request, response) => {
		request.on("data", (chunk: Buffer) => {
			if (request.url === "/v1/traces") sent.traces += chunk.toString("latin1");
			if (request.url === "/v1/metrics") sent.metrics += chunk.toString("latin1");
		});
		request.on("end", () => response.end());
	});
	const { origin } = await listen(receiver);
	const trail = await mkdtemp(join(tmpdir(), "mcp-trail-lines-"));
	try {
		const said = await new Promise<{ stdout: string; stderr: string }>((resolve, reject) => {
			const args = ["--import", "@mcp-trail/node/register", "untouched.mjs"];
			const env = {
				PATH: process.env["PATH"],
				MCP_TRAIL_DIR: trail,
				MCP_TRAIL_TRACES: "true",
				OTEL_EXPORTER_OTLP_ENDPOINT: origin,
				OTEL_METRICS_EXPORTER: "otlp",
				OTEL_LOGS_EXPORTER: "none",
			};
			const options = { cwd: folder, env, timeout: 60_000 };
			const child = execFile(nodeOf(line), args, options, (error, stdout, stderr) => {
				if (error) reject(error);
				else resolve({ stdout, stderr });
			});
			for (const frame of frames)
				child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...frame })}\n`);
			child.stdout?.on("data", (chunk) => {
				if (String(chunk).includes('"id":2')) child.stdin?.end();
			});
		});
		return { ...said, ...sent };
	} finally {
		await stopListening(receiver);
		await rm(trail, { recursive: true, force: true });
	}
}
