import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/** Of this package itself: what cannot find it finds nothing, such as a bundle that holds everything. */
const CERTAIN = "@mcp-trail/audit";

/** A sentence for each package, written `name@range`, that is not installed here; none where that cannot be known. */
export function missingPeers(peers: readonly string[]): readonly string[] {
	return peers
		.filter((peer) => !isThere(peer.slice(0, peer.lastIndexOf("@"))) && isThere(CERTAIN))
		.map((peer) => `needs a package that is not installed. Run \`npm install ${peer}\`.`);
}

function isThere(name: string): boolean {
	try {
		resolve(name);
		return true;
	} catch (error) {
		// Another code: it is there, for `import` alone.
		return !(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND");
	}
}
