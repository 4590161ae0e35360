import type { StoredEvent } from "@mcp-trail/event";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../mcp/support.ts";
import { cellName, cells, requestOf } from "./cells.ts";
import { askings, idOf, idOfAsking, methods, treatmentOf } from "./methods.ts";
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
		if (expected === undefined || expected === "streamed") continue;
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

describe.each(
	cells.filter(({ sdk }) => sdk === "v2-modern").map((cell) => [cellName(cell), cell] as const),
)("%s", (_name, { sdk, way }) => {
	let pair: Rig;
	beforeAll(async () => {
		pair = await rig(sdk, way);
	});
	afterAll(() => pair.close());

	it.each(askings.map((one, index) => [idOfAsking(one), one, 7800 + 2 * index] as const))(
		"[%s] inside a result it is asked and answered, each told once by each side",
		async (_id, { method, answer }, id) => {
			const call = { name: method, arguments: {} };
			const told = (type: string) =>
				pair.audit.events.filter((event) => event.type === type && event.mcp?.method === method);
			await pair.ask(requestOf(sdk, id, "tools/call", call));
			await until(() => told("mcp.input.requested").length >= 2, "the question");
			expect(told("mcp.input.answered")).toEqual([]);
			const retry = { ...call, inputResponses: { a: answer } };
			await pair.ask(requestOf(sdk, id + 1, "tools/call", retry));
			await until(() => told("mcp.input.answered").length >= 2, "the answer");
			for (const type of ["mcp.input.requested", "mcp.input.answered"]) {
				expect(rolesOf(told(type))).toEqual(["client", "server"]);
				for (const { input, mcp } of told(type)) {
					expect(input?.kind).toBe(method.split("/")[0]);
					expect(mcp?.direction).toBe(
						type === "mcp.input.requested" ? "server_to_client" : "client_to_server",
					);
				}
			}
		},
	);

	it("[wire.client_subscriptions_listen] subscriptions/listen is told as opened, and is one event of each side that sees it", async () => {
		const own = await rig(sdk, way);
		const frame = requestOf(sdk, "listen:9", "subscriptions/listen", {
			notifications: { toolsListChanged: true },
		});
		void own.ask(frame);
		const opened = () => own.audit.events.filter(({ type }) => type === "mcp.subscription.opened");
		// What serves a pipe answers it itself, before a server is asked (docs/guarantees.md).
		const sides = way === "http" ? ["client", "server"] : ["client"];
		await until(() => opened().length >= sides.length, "the stream");
		expect(rolesOf(opened())).toEqual(sides);
		await own.close();
		const outcomes = () =>
			own.audit.events.filter(
				({ mcp, phase }) => phase === "outcome" && mcp?.request_id === "listen:9",
			);
		await until(() => outcomes().length >= sides.length, "the end");
		expect(rolesOf(outcomes())).toEqual(sides);
		for (const { target, mcp } of outcomes()) {
			expect(target?.kind).toBe("subscription");
			expect(mcp).toMatchObject({ method: "subscriptions/listen", era: "modern" });
		}
	});
});
