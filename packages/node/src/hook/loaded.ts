import { messageOf, say } from "../say.ts";

type Listener = (exports: unknown) => void;

const listeners = new Set<Listener>();

/** Adds somebody who is shown the exports of the files of an MCP SDK; what is returned takes them away. */
export function onLoaded(listen: Listener): () => void {
	listeners.add(listen);
	return () => void listeners.delete(listen);
}

/** Called by the hooked files themselves, once they have run; never throws into them. */
export function loaded(exports: unknown): void {
	for (const listen of listeners)
		try {
			listen(exports);
		} catch (error) {
			say(`an MCP SDK could not be hooked: ${messageOf(error)}. The application runs unrecorded.`);
		}
}
