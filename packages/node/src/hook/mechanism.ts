import * as nodeModule from "node:module";
import { isCallback, member } from "./loose.ts";

/** How ES modules are hooked by the Node that runs. */
export function hookMechanism(): "module.registerHooks" | "module.register" {
	return isCallback(member(nodeModule, "registerHooks"))
		? "module.registerHooks"
		: "module.register";
}
