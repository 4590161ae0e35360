import { instrumentation, type InstrumentationOptions } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { echoing } from "./http-pair.ts";
import { as, fakeAudit, generations, type FakeAudit } from "./support.ts";

const TOKEN = "TOKEN-CANARY";

const auditOf = (keyId: string): FakeAudit => fakeAudit(undefined, keyId);

/** The keys that the digests of an audit's events were made with. */
const keysIn = ({ events }: FakeAudit): readonly string[] => [
	...new Set(JSON.stringify(events).match(/hmac-sha256:[a-z0-9]+/gu)),
];

/** What was told, in any order. */
const told = ({ events }: FakeAudit): readonly string[] =>
	events.map(({ type, mcp }) => [type, mcp?.role, mcp?.method].join(" ")).toSorted();

const naming = (tenant: string | undefined): InstrumentationOptions =>
	tenant === undefined ? {} : { identify: () => ({ tenant }) };

describe.each(generations)("$name", (generation) => {
	/** One call, each side instrumented once with each of these. */
	async function called(all: readonly InstrumentationOptions[]): Promise<void> {
		const server = echoing(generation);
		const client = new generation.Client({ name: "probe", version: "2.0.0" });
		for (const options of all) {
			const trail = instrumentation(options);
			trail.server(server);
			trail.client(client);
		}
		const [near, far] = generation.pair();
		const send = near.send.bind(near);
		// What an HTTP transport would hand on: who asks, by a verifier of this host.
		near.send = (message, options) =>
			send(message, {
				...as<object>(options ?? {}),
				authInfo: { token: TOKEN, clientId: "desk", scopes: ["echo"], extra: { sub: "ann" } },
			});
		await as<InstanceType<typeof generation.McpServer>>(server).connect(as(far));
		await client.connect(as(near));
		await generation.callTool(client, { name: "echo", arguments: { text: "hi" } });
		await client.close();
	}

	/** The tenants that two audits were told, each by the word of its own application. */
	const said = async (
		first: string | undefined,
		second: string | undefined,
	): Promise<readonly (string | undefined)[]> => {
		const audits = [auditOf("k1"), auditOf("k2")] as const;
		await called([
			{ audit: audits[0], ...naming(first) },
			{ audit: audits[1], ...naming(second) },
		]);
		return audits.map(
			(audit) => audit.outcomes("tools/call", "server")[0]?.actor?.principal.tenant,
		);
	};

	it("[complete.two_audits] gives each of two audits every event, by its own key alone", async () => {
		const [one, two] = [auditOf("k1"), auditOf("k2")];
		await called([{ audit: one }, { audit: two }]);
		expect(told(two)).toEqual(told(one));
		expect(two.outcomes("tools/call")).toHaveLength(2);
		for (const [audit, key] of [
			[one, "k1"],
			[two, "k2"],
		] as const) {
			expect(keysIn(audit)).toEqual([`hmac-sha256:${key}`]);
			const [at] = audit.outcomes("tools/call", "server");
			expect(at?.actor?.auth?.token_digest).toContain(`:${key}:`);
			expect(at?.actor?.principal.id).toBe("ann");
			expect(JSON.stringify(audit.events)).not.toContain(TOKEN);
		}
	});

	it("[complete.two_audits] reads messages for an audit that joins an instrumentation without one", async () => {
		const audit = auditOf("k2");
		// A name that is the request's own token is none, whichever audit the digest is of.
		const identify: InstrumentationOptions["identify"] = ({ role }) =>
			role === "server" ? { id: `Bearer ${TOKEN}`, tenant: "acme" } : undefined;
		await called([{ audit: false, identify }, { audit }]);
		const [at] = audit.outcomes("tools/call", "server");
		expect(at?.actor?.auth?.token_digest).toContain(":k2:");
		expect(at?.actor?.principal).toMatchObject({ id: "ann", tenant: "acme" });
		expect(JSON.stringify(audit.events)).not.toContain(TOKEN);
	});

	it("[complete.two_audits] names a call that both write into by the operation which goes over the wire", async () => {
		const [one, two] = [auditOf("k1"), auditOf("k2")];
		await called([
			{ audit: one, extension: true },
			{ audit: two, extension: true },
		]);
		const ids = [one, two].flatMap((audit) =>
			audit.outcomes("tools/call").map(({ operation }) => operation?.id),
		);
		expect(ids).toHaveLength(4);
		expect(new Set(ids).size).toBe(1);
	});

	it("[complete.two_audits] asks each instrumentation's own application who asks, and the other's where it has none", async () => {
		expect(await said("acme", "zeta")).toEqual(["acme", "zeta"]);
		expect(await said("acme", undefined)).toEqual(["acme", "acme"]);
		expect(await said(undefined, "zeta")).toEqual([undefined, "zeta"]);
	});
});
