import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { registerForTests } from "./built.ts";
import { app, ask, askToTheEnd, inFolder, outcomes, recorded } from "./untouched.ts";

const { start } = registerForTests();

/** Takes what an OTLP exporter sends, as text. */
async function receiver(answers = true) {
	const bodies: string[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on("data", (chunk: Buffer) => chunks.push(chunk));
		request.on("end", () => {
			if (request.url === "/v1/traces") bodies.push(Buffer.concat(chunks).toString("latin1"));
			if (answers) response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		bodies,
		url: `http://127.0.0.1:${port}`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

const quietOtlp = {
	OTEL_METRICS_EXPORTER: "none",
	OTEL_LOGS_EXPORTER: "none",
	OTEL_EXPORTER_OTLP_COMPRESSION: "none",
	OTEL_NODE_RESOURCE_DETECTORS: "none",
	OTEL_LOG_LEVEL: "debug",
	MCP_TRAIL_TRACES: "true",
};

/** Runs a server under register with spans for a receiver of them, to the end of its input. */
async function traced(
	program: readonly string[],
	dir: string,
	env: Readonly<Record<string, string>> = {},
) {
	const otlp = await receiver();
	try {
		const where = { MCP_TRAIL_DIR: dir, OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url };
		const ended = await askToTheEnd(start(program, { ...quietOtlp, ...where, ...env }));
		return { ended, sent: otlp.bodies.join("") };
	} finally {
		otlp.close();
	}
}

it("[transparent.zero_code_traces] starts sdk-node, which sends its spans and says nothing on standard output", async () => {
	await inFolder(async (dir) => {
		const { ended, sent } = await traced([app("v1.mjs")], dir);
		expect(ended.code).toBe(0);
		for (const line of ended.stdout.trim().split("\n")) expect(line).toContain('"jsonrpc":"2.0"');
		expect(sent).toContain("tools/call echo");
		expect(outcomes(recorded(dir))).toHaveLength(6);
	});
});

it.each([
	["", "rpc.response.status_code", "rpc.status_code"],
	["rpc.status_code", "rpc.status_code", "rpc.response.status_code"],
])(
	"[otel.rename] by MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE=%s spans say %s",
	async (name, says, not) => {
		await inFolder(async (dir) => {
			const { ended, sent } = await traced([app("v1.mjs")], dir, {
				MCP_TRAIL_RPC_STATUS_CODE_ATTRIBUTE: name,
			});
			expect(ended).toMatchObject({ code: 0 });
			expect(sent).toContain(says);
			expect(sent).not.toContain(not);
		});
	},
);

it("[transparent.zero_code_traces] spans name the service, and say nothing of the command line", async () => {
	await inFolder(async (dir) => {
		const program = [app("v1.mjs"), "--db=postgres://root:c4nary@db"];
		const { ended, sent } = await traced(program, dir, {
			OTEL_NODE_RESOURCE_DETECTORS: "",
			OTEL_LOG_LEVEL: "",
			MCP_TRAIL_SERVICE: "tickets",
			OTEL_RESOURCE_ATTRIBUTES: "team=ledger",
		});
		expect(ended).toMatchObject({ code: 0 });
		for (const said of ["tools/call echo", "host.name", "ledger", "tickets"])
			expect(sent).toContain(said);
		for (const secret of ["c4nary", "process.command", "process.owner"])
			expect(sent).not.toContain(secret);
	});
});

it("[transparent.zero_code_traces] an exporter whose receiver never answers does not hold the process", async () => {
	const otlp = await receiver(false);
	try {
		await inFolder(async (dir) => {
			const running = start([app("v2.cjs")], {
				...quietOtlp,
				MCP_TRAIL_DIR: dir,
				OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
				OTEL_EXPORTER_OTLP_TIMEOUT: "80000",
			});
			await ask(running);
			const endedAtMs = Date.now();
			running.child.stdin?.end();
			expect(await running.ended).toMatchObject({ code: 0, signal: null });
			// Two seconds, and what a busy machine adds; the exporter would wait for eighty.
			expect(Date.now() - endedAtMs).toBeLessThan(40_000);
			expect(recorded(dir).at(-1)?.type).toBe("trail.stopped");
		});
	} finally {
		otlp.close();
	}
});

it("[transparent.zero_code_traces] an application's own SDK gets the spans, and stays the only one", async () => {
	await inFolder(async (dir) => {
		const env = { ...quietOtlp, OTEL_LOG_LEVEL: "", MCP_TRAIL_DIR: dir };
		const { ended, child } = start([app("own-sdk.mjs")], env);
		child.stdin?.end();
		const { code, stderr, stdout } = await ended;
		expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
		expect(stderr.split("\n").toSorted()).toEqual(["tools/call hello", "tools/call hello"]);
	});
});
