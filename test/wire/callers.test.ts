import { afterEach, describe, expect, it } from "vitest";
import { type Cell, cellName, cells, type Frame, requestOf } from "./cells.ts";
import { type Rig, rig, type RigOptions } from "./rig.ts";

/** One deeper than is kept. */
const DEPTH = 11;
const chain = (depth: number): Frame =>
	depth === 0 ? {} : { act: { sub: `agent-${DEPTH - depth}`, ...chain(depth - 1) } };
const AUTH = {
	token: "TOKEN-CANARY",
	clientId: "desk",
	scopes: ["tickets:write"],
	extra: { iss: "https://idp.example", sub: "spiffe://example.org/desk", ...chain(DEPTH) },
};

let pair: Rig | undefined;
afterEach(async () => {
	await pair?.close();
	pair = undefined;
});

/** What both sides say of one call. */
async function told({ sdk, way }: Cell, options: RigOptions) {
	const one = await rig(sdk, way, options);
	pair = one;
	await one.ask(requestOf(sdk, 6000, "tools/call", { name: "complete", arguments: {} }));
	const [client, ...clients] = await one.outcomes("6000", "client");
	const [server, ...servers] = await one.outcomes("6000", "server");
	expect([clients, servers]).toEqual([[], []]);
	return { client, server, one };
}

const named = cells.map((cell) => [cellName(cell), cell] as const);

describe.each(named)("%s", (_name, cell) => {
	const { sdk, way } = cell;

	it("[wire.field_anonymous] who showed no credential is never verified, and is said to be what is known", async () => {
		const { server } = await told(cell, {});
		const principal = server?.actor?.principal;
		expect(principal?.assurance).toBe("none");
		expect(principal?.source).toBe("none");
		expect(principal?.type).toBe(way === "http" ? "anonymous" : "unknown");
		expect(principal).not.toHaveProperty("id");
	});

	it("[wire.field_policy] each event names the policy that judged it, its rule and how much it kept", async () => {
		const { client, server, one } = await told(cell, {
			decide: () => ({ rule: "lists", level: "metadata" }),
		});
		for (const event of [client, server])
			expect(event?.recording).toMatchObject({
				policy: one.audit.policy.digest.slice("sha256:".length, "sha256:".length + 12),
				rule: "lists",
				level: "metadata",
			});
	});

	it("[wire.outcome_policy_failed] a policy that throws changes no outcome, is named in the event and told", async () => {
		const { client, server, one } = await told(cell, {
			decide() {
				throw new Error("broken policy");
			},
		});
		for (const event of [client, server]) {
			expect(event?.outcome).toEqual({ status: "success", executed: "yes" });
			expect(event?.recording).toMatchObject({ rule: "policy_failed", level: "metadata" });
		}
		expect(one.warnings.join()).toContain("broken policy");
	});

	it("[wire.field_granularity] a denial, a tool's own error and an error inside 2xx are three outcomes", async () => {
		const one = await rig(sdk, way);
		pair = one;
		const outcomes: unknown[] = [];
		for (const [index, name] of ["complete", "denied_final", "is_error", "threw"].entries()) {
			await one.ask(requestOf(sdk, 6100 + index, "tools/call", { name, arguments: {} }));
			for (const role of ["client", "server"]) {
				const [event] = await one.outcomes(String(6100 + index), role);
				outcomes.push([event?.outcome?.status, event?.outcome?.reason ?? ""]);
			}
		}
		expect(outcomes).toEqual([
			["success", ""],
			["success", ""],
			["denied", "insufficient_authorization"],
			["denied", "insufficient_authorization"],
			["failure", "tool_error"],
			["failure", "tool_error"],
			["failure", "internal_error"],
			["failure", "internal_error"],
		]);
	});
});

describe.each(named.filter(([, { way }]) => way === "http"))("%s", (_name, cell) => {
	it("[wire.field_auth_info] who was checked is told with issuer, subject and at most ten delegates", async () => {
		const { server, one } = await told(cell, { auth: AUTH });
		expect(server?.actor?.principal).toEqual({
			type: "workload",
			id: "spiffe://example.org/desk",
			issuer: "https://idp.example",
			assurance: "verified",
			source: "access_token",
		});
		expect(server?.actor?.auth).toMatchObject({
			client_id: "desk",
			scopes: ["tickets:write"],
			token_digest: expect.stringMatching(/^hmac-sha256:/),
		});
		const delegates = server?.actor?.delegation?.map(({ id }) => id);
		expect(delegates).toEqual(Array.from({ length: 10 }, (_, index) => `agent-${index}`));
		expect(JSON.stringify(one.audit.events)).not.toContain("CANARY");
	});
});
