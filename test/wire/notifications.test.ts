import type { StoredEvent } from "@mcp-trail/event";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../mcp/support.ts";
import { cellName, cells, ENVELOPE, type Frame, requestOf } from "./cells.ts";
import { idOf, notifications, occurs } from "./notifications.ts";
import { TELL } from "./peers.ts";
import { type Rig, rig, rolesOf } from "./rig.ts";

const LISTEN = {
	notifications: {
		toolsListChanged: true,
		promptsListChanged: true,
		resourcesListChanged: true,
		resourceSubscriptions: ["test://one"],
		taskIds: ["t-1"],
	},
};

describe.each(cells.map((cell) => [cellName(cell), cell] as const))("%s", (_name, cell) => {
	const { sdk, way } = cell;
	const isModern = sdk === "v2-modern";
	let pair: Rig;
	beforeAll(async () => {
		pair = await rig(sdk, way);
		if (!isModern || way === "http") return;
		// On a pipe changes are told to those who listen; there each request has a stream of its own.
		void pair.ask(requestOf(sdk, "listen:0", "subscriptions/listen", LISTEN));
		await pair.ask(requestOf(sdk, 7999, "tools/list", {}));
	});
	afterAll(() => pair.close());

	/** Sends it as its era does; a server of 2026-07-28 speaks only for a request, whose id comes back. */
	async function tell(by: "client" | "server", frame: Frame, id: number): Promise<void> {
		if (!isModern) return pair.tell(by, frame);
		// As the SDK's client does.
		if (by === "client")
			return pair.tell(by, {
				...frame,
				params: { ...(frame["params"] as Frame), _meta: ENVELOPE },
			});
		const request = requestOf(sdk, id, TELL, { frame });
		const params = request["params"] as Frame;
		const meta = { ...(params["_meta"] as Frame), progressToken: "counted" };
		await pair.ask({ ...request, params: { ...params, _meta: meta } });
	}

	for (const [index, one] of notifications.entries()) {
		if (!occurs(one, cell)) continue;
		const { method, by, params, isHandshake, counted } = one;
		it(`[${idOf(one)}] ${method} is seen once by each side, or counted into its request`, async () => {
			const id = 8000 + index;
			if (!isHandshake) await tell(by, { jsonrpc: "2.0", method, params }, id);
			const direction = by === "client" ? "client_to_server" : "server_to_client";
			const isMine = ({ type, mcp }: StoredEvent): boolean =>
				type === "mcp.notification" && mcp?.method === method && mcp.direction === direction;
			const sides = (["client", "server"] as const).filter(
				(side) => !(isModern && by === "server" && counted?.[side]),
			);
			const mine = () => pair.audit.events.filter(isMine);
			await until(() => mine().length >= sides.length, "both sides' events");
			expect(rolesOf(mine())).toEqual(sides);
			for (const { count, mcp, outcome } of mine()) {
				expect(count).toBeUndefined();
				expect(outcome).toBeUndefined();
				expect(mcp?.era).toBe(isModern ? "modern" : "legacy");
			}
			const silent = isModern && by === "server" ? Object.entries(counted ?? {}) : [];
			for (const [side, member] of silent) {
				const [request] = await pair.outcomes(String(id), side);
				expect(request?.mcp).toMatchObject({ [member]: 1 });
			}
		});
	}

	it("warns of nothing", () => {
		expect(pair.warnings).toEqual([]);
	});
});
