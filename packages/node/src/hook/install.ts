import * as nodeModule from "node:module";
import { extended } from "./load.ts";
import { loaded } from "./loaded.ts";
import { isCallback, member } from "./loose.ts";
import { hookMechanism } from "./mechanism.ts";
import { hookReads, type Reads } from "./reads.ts";
import { isSdkScript } from "./sdk-files.ts";
import { messageOf, say } from "../say.ts";

/** The module that hooked files show themselves to: the one that is loaded here. */
const LOADED_URL = import.meta.resolve("#loaded");

/** Hooks the loading of the files of the MCP SDKs; what is loaded already stays as it is. */
export async function installHooks(): Promise<void> {
	const reads = await hookModules();
	hookScripts(() => reads?.check());
}

type SyncLoad = (
	url: string,
	context: unknown,
	nextLoad: (url: string, context: unknown) => nodeModule.LoadFnOutput,
) => nodeModule.LoadFnOutput;

/** ES modules: in this thread where Node can (22.15 and later) or its loader is known (20), else in the thread of the hooks. */
async function hookModules(): Promise<Reads | undefined> {
	const mechanism = hookMechanism();
	if (mechanism === "module.registerHooks") {
		registerHooks();
		return undefined;
	}
	const reads =
		mechanism === "fs.promises.readFile" ? await hookReads(LOADED_URL, startThread) : undefined;
	if (reads === undefined) startThread();
	return reads;
}

const loadNow: SyncLoad = (url, context, nextLoad) =>
	extended(url, nextLoad(url, context), LOADED_URL);

function registerHooks(): void {
	const register = member(nodeModule, "registerHooks");
	if (isCallback(register)) register({ load: loadNow });
}

/** Scripts are hooked all the same where there can be no thread. */
function startThread(): void {
	try {
		nodeModule.register("#load", { parentURL: import.meta.url, data: LOADED_URL });
	} catch (error) {
		say(
			`ES modules are not hooked: ${messageOf(error)}. Clients and servers in them run unrecorded. Under Node's permission model, allow the thread of the hooks: --allow-worker`,
		);
	}
}

/** CommonJS: after a file has been run, its exports are shown. */
function hookScripts(onRun: () => void): void {
	const { prototype } = nodeModule.Module;
	const compile = member(prototype, "_compile");
	if (!isCallback(compile)) return;
	Reflect.set(prototype, "_compile", function (this: unknown, ...args: unknown[]) {
		const result = Reflect.apply(compile, this, args);
		onRun();
		const [, file] = args;
		if (typeof file === "string" && isSdkScript(file)) loaded(member(this, "exports"));
		return result;
	});
}
