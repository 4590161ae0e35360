import * as nodeModule from "node:module";
import { extended } from "./load.ts";
import { loaded } from "./loaded.ts";
import { isCallback, member } from "./loose.ts";
import { isSdkScript } from "./sdk-files.ts";

/** The module that hooked files show themselves to: the one that is loaded here. */
const LOADED_URL = import.meta.resolve("#loaded");

/** Hooks the loading of the files of the MCP SDKs; what is loaded already stays as it is. */
export function installHooks(): void {
	hookModules();
	hookScripts();
}

type SyncLoad = (
	url: string,
	context: unknown,
	nextLoad: (url: string, context: unknown) => nodeModule.LoadFnOutput,
) => nodeModule.LoadFnOutput;

/** ES modules: in this thread where Node can (22.15 and later), else in the thread of the hooks. */
function hookModules(): void {
	const registerHooks = member(nodeModule, "registerHooks");
	if (isCallback(registerHooks)) {
		const load: SyncLoad = (url, context, nextLoad) =>
			extended(url, nextLoad(url, context), LOADED_URL);
		registerHooks({ load });
		return;
	}
	nodeModule.register("#load", { parentURL: import.meta.url, data: LOADED_URL });
}

/** CommonJS: after a file has been run, its exports are shown. */
function hookScripts(): void {
	const { prototype } = nodeModule.Module;
	const compile = member(prototype, "_compile");
	if (!isCallback(compile)) return;
	Reflect.set(prototype, "_compile", function (this: unknown, ...args: unknown[]) {
		const result = Reflect.apply(compile, this, args);
		const [, file] = args;
		if (typeof file === "string" && isSdkScript(file)) loaded(member(this, "exports"));
		return result;
	});
}
