// Records and ends at once: exit-writer.ts <folder> <when> <durability> <events>
import { fileTrail, openAudit } from "@mcp-trail/audit";
import { auditEvent } from "./support.ts";

const [dir = "", when = "", durability = "disk", count = "1"] = process.argv.slice(2);
const audit = openAudit({
	service: "fault",
	maxQueueEvents: 100_000,
	maxQueueBytes: 1 << 28,
	trail: fileTrail({
		dir,
		durability: durability === "os" ? "os" : "disk",
		segmentBytes: 1 << 20,
		...(when === "at_limit" && { maxBytes: 1 << 16 }),
		maxQueueEvents: 100_000,
		maxQueueBytes: 1 << 28,
	}),
	onError: (error) => console.error(error.code, error.message),
});
process.once("exit", () => audit.closeSync());

let next = 0;
function record(many: number): void {
	for (let index = 0; index < many; index++) {
		const {
			id: _unset,
			producer: _ours,
			schema_version: _known,
			...event
		} = auditEvent(next++, "");
		audit.record(event);
	}
}

if (when !== "before_open") await audit.ready;
record(Number(count));
if (when === "while_writing") {
	// Somewhere in the middle of the writes.
	await new Promise((resolve) => setTimeout(resolve, Number(process.argv[6] ?? 5)));
	record(100);
} else if (when === "after_a_turn") await new Promise((resolve) => setImmediate(resolve));
else if (when === "while_closing") void audit.close();
else if (when === "after_close") await audit.close();
process.exit(7);
