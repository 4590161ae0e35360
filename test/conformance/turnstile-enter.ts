import { once } from "node:events";
import { connect } from "node:net";

// Preloaded into client programs: nothing else of them is loaded before their turn.
const port = process.env["MCP_TRAIL_CONFORMANCE_TURNSTILE"];
if (port !== undefined) {
	const place = connect(Number(port), "127.0.0.1");
	await once(place, "data");
	// The place is held for life, but it is no reason to live.
	place.unref();
}
