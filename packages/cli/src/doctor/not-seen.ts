/** What zero code does not see, whatever is installed; docs/node.md says the same. */
export const notSeen = [
	"SDKs bundled into one file (esbuild, ncc): instrument them in code",
	"Deno and Bun, and worker threads or child processes started without --import",
	"on Node 20, SDKs imported by an ES module that a script gets by require()",
	"modules loaded before register: put it first among --import options",
	"HTTP requests refused before a transport that do not look like MCP's, and all refused ones of node:http2",
	"what never reaches the wire: a client's cache, calls that its own checks refuse",
] as const;
