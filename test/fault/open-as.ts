import { fileTrail, nodeSystem } from "@mcp-trail/audit";
import { contextOf } from "./support.ts";

// Opens a trail and says what became of it: open-as.ts <dir>, run as whoever is to be refused.
try {
	const trail = await fileTrail({ dir: process.argv[2] ?? "" })(contextOf(nodeSystem()));
	await trail.close();
	console.log("opened");
} catch (error) {
	console.log(JSON.stringify(Object.assign({ message: String(error) }, error)));
}
