/** A server that says yes, in a process of its own: what it costs must not slow the lane that is measured. */
import { nullServer } from "./server.ts";

const server = await nullServer(false);
process.send?.(server.url);
process.once("disconnect", () => {
	server.close();
});
