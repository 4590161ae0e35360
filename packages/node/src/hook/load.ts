// Node's own: an application may put another in its place.
import { TextDecoder } from "node:util";
import type { InitializeHook, LoadFnOutput, LoadHook } from "node:module";
import { isSdkModule, withLastWord } from "./sdk-files.ts";

let loadedUrl = "";

/** Called in the thread of the hooks, where Node has no hooks in the main thread. */
export const initialize: InitializeHook<string> = (url) => {
	loadedUrl = url;
};

/** As {@link extended}, for `module.register`. */
export const load: LoadHook = async (url, context, nextLoad) =>
	extended(url, await nextLoad(url, context), loadedUrl);

/** What was loaded, with the last word where it is an ES module of an MCP SDK. */
export function extended(url: string, result: LoadFnOutput, shownTo: string): LoadFnOutput {
	const { format, source } = result;
	if (format !== "module" || !isSdkModule(url) || source === undefined) return result;
	const text = typeof source === "string" ? source : new TextDecoder().decode(source);
	return { ...result, source: withLastWord(text, url, shownTo) };
}
