import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);

/** A sentence for each package, written `name@range`, that is not installed here. */
export function missingPeers(peers: readonly string[]): readonly string[] {
	return peers.flatMap((peer) => {
		try {
			resolve(peer.slice(0, peer.lastIndexOf("@")));
			return [];
		} catch (error) {
			// Another code: it is there, for `import` alone.
			const code = error instanceof Error && "code" in error ? error.code : undefined;
			if (code !== "MODULE_NOT_FOUND") return [];
			return [`needs a package that is not installed. Run \`npm install ${peer}\`.`];
		}
	});
}
