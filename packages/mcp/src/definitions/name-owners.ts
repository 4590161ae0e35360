import { shortKey } from "../short-key.ts";

/** Which servers offer a tool of a name; names are compared as they are. */
export interface NameOwners {
	/** Notes that a server offers a name; gives the others that do. */
	note(name: string, server: string): readonly string[];
}

const MAX_NAMES = 20_000;
const MAX_OWNERS = 8;

/** Makes a bounded table of names; the one noted longest ago gives way. */
export function nameOwners(): NameOwners {
	const owners = new Map<string, Set<string>>();
	return {
		note(name, server) {
			const short = shortKey(name);
			const known = owners.get(short) ?? new Set<string>();
			const others = [...known].filter((other) => other !== server);
			owners.delete(short);
			owners.set(short, known);
			if (known.size <= MAX_OWNERS) known.add(server);
			const [oldest] = owners.size > MAX_NAMES ? owners.keys() : [];
			if (oldest !== undefined) owners.delete(oldest);
			return others.slice(0, MAX_OWNERS);
		},
	};
}
