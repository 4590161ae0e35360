import { messageOf, say } from "../say.ts";

let listener: ((exports: unknown) => void) | undefined;

/** Sets who is shown the exports of the files of an MCP SDK. */
export function onLoaded(listen: (exports: unknown) => void): void {
	listener = listen;
}

/** Called by the hooked files themselves, once they have run; never throws into them. */
export function loaded(exports: unknown): void {
	try {
		listener?.(exports);
	} catch (error) {
		say(`an MCP SDK could not be hooked: ${messageOf(error)}. The application runs unrecorded.`);
	}
}
