import type { StoredEvent } from "@mcp-trail/event";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../mcp/support.ts";
import { cellName, cells, requestOf } from "./cells.ts";
import { idOf, methods, treatmentOf } from "./methods.ts";
import { type Rig, rig, rolesOf } from "./rig.ts";

/** The two handshakes belong to an era, whoever is asked. */
const eras = new Map([
	["initialize", { era: "legacy", protocol_version: "2025-11-25" }],
	["server/discover", { era: "modern", protocol_version: "2026-07-28" }],
]);
const said = {
	answered: { status: "success", executed: "yes" },
	refused: {
		status: "rejected",
		layer: "protocol",
		reason: "unknown_method",
		executed: "no",
		rpc_code: -32601,
	},
};

describe.each(cells.map((cell) => [cellName(cell), cell] as const))("%s", (_name, cell) => {
	const { sdk, way } = cell;
	const era =
		sdk === "v2-modern"
			? { era: "modern", protocol_version: "2026-07-28" }
			: { era: "legacy", protocol_version: "2025-11-25" };
	let pair: Rig;
	beforeAll(async () => {
		pair = await rig(sdk, way);
	});
	afterAll(() => pair.close());

	for (const [index, one] of methods.entries()) {
		const { method, by, params, target } = one;
		const expected = treatmentOf(one, cell);
		if (expected === undefined) continue;
		it(`[${idOf(one)}] ${method} is ${expected}, with one event on each side`, async () => {
			const id = 7000 + index;
			// A session is opened once: its own handshake was recorded.
			const isHandshake = method === "initialize" && expected === "answered";
			const frame = requestOf(sdk, id, method, params);
			const answer = isHandshake
				? { result: {} }
				: await (by === "client" ? pair.ask(frame) : pair.askClient(frame));
			const isMine = ({ mcp, phase }: StoredEvent): boolean =>
				phase === "outcome" &&
				(isHandshake ? mcp?.method === method : mcp?.request_id === String(id));
			const mine = () => pair.audit.events.filter(isMine);
			await until(() => mine().length >= 2, "both sides' events");
			expect(rolesOf(mine())).toEqual(["client", "server"]);
			expect(answer.result !== undefined).toBe(expected === "answered");
			for (const { type, mcp, target: about, outcome } of mine()) {
				expect(type).toBe("mcp.request");
				expect(mcp).toMatchObject({
					method,
					direction: by === "client" ? "client_to_server" : "server_to_client",
					...(eras.get(method) ?? era),
				});
				expect(about).toMatchObject(target);
				expect(outcome).toMatchObject(said[expected]);
			}
		});
	}

	it("warns of nothing", () => {
		expect(pair.warnings).toEqual([]);
	});
});
