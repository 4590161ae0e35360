import * as nodeModule from "node:module";
import { nodeOptions } from "../env.ts";
import { isCallback, member } from "./loose.ts";

/** How ES modules are hooked: in the application's thread, but for `module.register`. */
export type HookMechanism = "module.registerHooks" | "fs.promises.readFile" | "module.register";

/** How ES modules are hooked by the Node that runs, where no other hooks have a thread. */
export function hookMechanism(): HookMechanism {
	if (isCallback(member(nodeModule, "registerHooks"))) return "module.registerHooks";
	return hasKnownLoader() ? "fs.promises.readFile" : "module.register";
}

/** Options of Node 20 that check what a module has in it, or take modules from elsewhere than files. */
const otherwise = ["--experimental-policy", "--experimental-network-imports"];

/** The line of Node whose loader is known to read files by `fs.promises`, and changes no more. */
function hasKnownLoader(): boolean {
	const options = [...process.execArgv, nodeOptions()].join(" ");
	return process.versions.node.startsWith("20.") && !otherwise.some((one) => options.includes(one));
}
