import { once } from "node:events";
import { connect } from "node:net";

// Preloaded into client programs: nothing else of them is loaded before their turn.
const port = process.env["MCP_TRAIL_CONFORMANCE_TURNSTILE"];
/** Longer than any scenario takes on a busy machine, shorter than the suite waits. */
const lifeMs = 180_000;

/** Its assertion is made when the suite starts and soon lapses: it must not stand in line. */
const isHurried = process.env["MCP_CONFORMANCE_SCENARIO"] === "auth/wif-jwt-bearer";

if (port !== undefined && !isHurried) {
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
