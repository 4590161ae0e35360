import { once } from "node:events";
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { drillTargets } from "./targets.ts";

/**
 * The process that is killed: killed-recorder.ts <target> <url> <trail folder>. Records the ids it is sent and says of
 * each when it is durable; sent nothing, it delivers what there is and ends.
 */
const [name = "", url = "", dir = ""] = process.argv.slice(2);
const target = (await drillTargets()).find((one) => one.name === name);
if (target === undefined) throw new Error(`there is no target ${name}`);
// Only for the sink that it makes: the events go to the parent's.
const destination = await target.start();
const audit = openAudit({
	service: "drill",
	trail: fileTrail({ dir, durability: "os" }),
	sinks: [destination.sink(url, { timeoutMs: 60_000 })],
	delivery: { retryBaseMs: 5, retryCapMs: 50, holdMs: 20 },
	onError: () => undefined,
});
await audit.ready;
process.send?.("ready");
const [ids]: (readonly string[])[] = await once(process, "message");
const withinMs = 60_000;
for (const id of ids ?? []) {
	const event = { id, type: "ext.com.example.drilled", severity: "informational" } as const;
	await audit.secure(event, { sinks: 0, withinMs }, AbortSignal.timeout(withinMs));
	process.send?.(id);
}
if (ids?.length === 0) {
	await audit.flush(AbortSignal.timeout(withinMs));
	await audit.close(AbortSignal.timeout(withinMs));
	await destination.close();
	process.disconnect();
}
