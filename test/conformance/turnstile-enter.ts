import { once } from "node:events";
import { connect } from "node:net";

// Preloaded into client programs: nothing else of them is loaded before their turn.
const port = process.env["MCP_TRAIL_CONFORMANCE_TURNSTILE"];
/** Longer than any scenario takes on a busy machine, shorter than the suite waits. */
const lifeMs = 60_000;

if (port !== undefined) {
	const place = connect(Number(port), "127.0.0.1");
	await once(place, "data");
	// The place is held for life, but it is no reason to live.
	place.unref();
	place.once("close", () => process.exit(1));
	const overdue = setTimeout(() => {
		process.stdout.write("did not end by itself\n", () => process.exit(1));
	}, lifeMs);
	overdue.unref();
}
