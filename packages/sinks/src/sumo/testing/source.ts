import assert from "node:assert/strict";
import { scripted } from "../../http/testing/scripted.ts";

/** What of the address is secret. */
export const CODE = "ZaVnC4dhaV1-canary-code";
/** The path of the address. */
export const SOURCE_PATH = `/receiver/v1/http/${CODE}`;

/** An HTTP source: each line is a message. A body with a poisoned one is too large for it. */
export async function source() {
	const lines: string[] = [];
	const destination = await scripted(({ method, path, headers, body }, poison) => {
		assert.equal(method, "POST");
		if (path !== SOURCE_PATH) return { status: 401, body: `no source at ${path}` };
		assert.deepEqual(
			[headers["x-sumo-category"], headers["x-sumo-name"]],
			["mcp/audit", "mcp-trail"],
		);
		const text = body.toString();
		assert.ok(text.endsWith("\n"), "the last message is whole");
		const sent = text.slice(0, -1).split("\n");
		if (sent.some((line) => poison.has(idOf(line)))) return { status: 413 };
		lines.push(...sent);
		return { status: 200 };
	});
	return {
		...destination,
		lines,
		probes: () => lines.filter(isProbe).length,
		ids: () => lines.filter((line) => !isProbe(line)).map(idOf),
	};
}

const isProbe = (line: string): boolean => line.includes("ext.mcp-trail.probe");

function idOf(line: string): string {
	const { id }: { id: string } = JSON.parse(line);
	return id;
}
