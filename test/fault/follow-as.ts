import { followTrail, inspectTrail } from "@mcp-trail/audit";
import { drain } from "./support.ts";

// Reads a trail as another user does that its group may read: follow-as.ts <dir> <folder for cursors>.
try {
	const [dir = "", cursorDir = ""] = process.argv.slice(2);
	const reader = await followTrail(dir, { cursorDir, once: true });
	const events = await drain(reader);
	await reader.close();
	const { streams, unreadable } = await inspectTrail(dir);
	const ended = streams.map(({ ended: end }) => end?.lastSequence);
	console.log(JSON.stringify({ read: events.length, ended, unreadable }));
} catch (error) {
	console.log(String(error));
}
