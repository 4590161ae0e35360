import type { Chain } from "./chain.ts";

/** Finds the stream that a record continues, among any number of streams. */
export interface HeadIndex {
	/** The stream's head may have moved. */
	touch(chain: Chain): void;
	/** The stream is no longer one of them. */
	drop(chain: Chain): void;
	/** A stream whose next record may name this hash as the one before. */
	find(previousHash: string): Chain | undefined;
}

/** Starts without streams. Heads are looked at when something is sought, which is rare, and then only those that moved. */
export function headIndex(): HeadIndex {
	const byHash = new Map<string | undefined, Chain>();
	const listed = new Map<Chain, Chain["head"]["hashes"]>();
	const moved = new Set<Chain>();

	function unlist(chain: Chain): void {
		for (const hash of listed.get(chain) ?? []) if (byHash.get(hash) === chain) byHash.delete(hash);
		listed.delete(chain);
	}

	return {
		touch(chain) {
			moved.add(chain);
		},
		drop(chain) {
			moved.delete(chain);
			unlist(chain);
		},
		find(previousHash) {
			for (const chain of moved) {
				unlist(chain);
				const { hashes } = chain.head;
				listed.set(chain, hashes);
				for (const hash of hashes) byHash.set(hash, chain);
			}
			moved.clear();
			return byHash.get(previousHash);
		},
	};
}
